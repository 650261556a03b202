import {
  GraphError,
  type Problem,
  type StepResult,
  type StepSignal,
  type StoredCheckpoint,
} from '@graft/graph';
import type { Notices, Queries } from '@graft/prisma';
import { z } from 'zod';
import type { Leases } from './leases.ts';

/** What handing steps to workers needs of an open database. */
export interface QueueParts {
  readonly queries: Queries;
  readonly notices: Notices;
  readonly leases: Leases;
}

/** What became of a step. */
export type StepOutcome =
  | { readonly type: 'done'; readonly result: StepResult }
  | { readonly type: 'failed'; readonly problem: Problem };

/** What the leases of workers begin with. */
export const workerLeasePrefix = 'worker/';

/** What a worker tells of itself while it works, when it changes. */
const workerStateSchema = z.object({
  /** It ends its steps and takes no more. */
  isDraining: z.boolean(),
  /** Bytes in use on its machine or in its container, by whatever runs there, and all of them. */
  memory: z.object({ used: z.number(), all: z.number() }),
  /** In its memory, also while no step uses them. */
  models: z.array(z.object({ id: z.string(), device: z.string(), bytes: z.number() })),
  /** Its steps by the ids of their rows: when it took them, in milliseconds by the database's clock. */
  since: z.record(z.string(), z.number()),
});
export type WorkerState = z.infer<typeof workerStateSchema>;

/** What a worker tells of itself. */
const workerFactsSchema = z.object({
  /** Capabilities of steps that it takes: `cpu`, `gpu`, `web`, `training`. */
  queues: z.array(z.string()),
  /** Of its node code and engines. */
  version: z.string(),
  /** Steps at once. */
  slots: z.number(),
  /** Where it keeps artifacts: in S3, or in a folder that it shares with the coordinators. */
  store: z.enum(['s3', 'folder']),
  /** Ids of the devices that it computes on: `cpu`, `cuda:0`. */
  devices: z.array(z.string()),
  /** Its machine and process, for messages. */
  shown: z.string(),
  /** Bytes that models may take on each device, if somebody limits them. */
  memory: z.number().optional(),
  /** Absent: it has just begun. */
  state: workerStateSchema.optional(),
});
export type WorkerFacts = z.infer<typeof workerFactsSchema>;

/** Texts of notices. */
export const noticeFor = {
  queue: (queue: string): string => `queue:${queue}`,
  worker: (name: string): string => `worker:${name}`,
  coordinator: (owner: string): string => `coordinator:${owner}`,
  /** A worker came or went. */
  workers: 'workers',
} as const;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
// Contents come from the same build, except what a coordinator that is gone has left.
const outcomeSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('done'),
    result: z.custom<StepResult>(isObject),
  }),
  z.object({
    type: z.literal('failed'),
    problem: z.custom<Problem>(isObject),
  }),
]);
const signalSchema = z.custom<StepSignal>(isObject);
const checkpointSchema = z.object({
  digest: z.custom<StoredCheckpoint['digest']>(isText),
  step: z.number(),
});

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function json(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function readOutcome(text: string | null): StepOutcome {
  const outcome = outcomeSchema.safeParse(json(text)).data;
  if (outcome !== undefined) return outcome;
  const error = new GraphError('worker-died', 'The worker left no readable result. Try again.', {
    audience: 'operator',
  });
  return { type: 'failed', problem: error.toProblem() };
}

export const readSignal = (text: string): StepSignal | undefined =>
  signalSchema.safeParse(json(text)).data;

export const readCheckpoint = (text: string | null): StoredCheckpoint | undefined =>
  checkpointSchema.safeParse(json(text)).data;

/** Undefined where another version of Graft wrote them. */
export const readWorkerFacts = (text: string): WorkerFacts | undefined =>
  workerFactsSchema.safeParse(json(text)).data;
