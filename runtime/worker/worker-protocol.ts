import { z } from 'zod';
import { s3SettingsSchema } from '@graft/store/s3';
import type { LoadedModel, Problem, StepRequest, StepResult, StepSignal } from '@graft/graph';

/** Settings that open a worker process. */
const workerOptionsSchema = z.object({
  /** The workspace; absent: requests bring what they read by digest, through the artifact store. */
  root: z.string().optional(),
  stateFolder: z.string(),
  modelsFolder: z.string(),
  /** CPU threads for inference. */
  threads: z.number().int().positive(),
  /** Bytes that models and leases may take on each device; default: the measured free memory. */
  memory: z.number().positive().optional(),
  /** Where artifacts are, with the key; default: in the state folder. */
  artifacts: s3SettingsSchema.optional(),
});
export type WorkerOptions = z.infer<typeof workerOptionsSchema>;

/** Server to worker, over Node’s IPC channel. Checks envelopes only: contents come from the same build. */
export type ToWorker =
  | { readonly type: 'open'; readonly options: WorkerOptions }
  | { readonly type: 'execute'; readonly id: number; readonly request: StepRequest }
  | { readonly type: 'cancel'; readonly id: number };

/** Worker to server. */
export type FromWorker =
  /** It has opened its stores, or will report the failure with each step. */
  | { readonly type: 'ready' }
  /** The models in its memory are others than before. */
  | { readonly type: 'models'; readonly models: readonly LoadedModel[] }
  | { readonly type: 'signal'; readonly id: number; readonly signal: StepSignal }
  | { readonly type: 'done'; readonly id: number; readonly result: StepResult }
  | { readonly type: 'failed'; readonly id: number; readonly problem: Problem };

const idSchema = z.number().int();
const fromWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('models'), models: z.custom<LoadedModel[]>(Array.isArray) }),
  z.object({ type: z.literal('signal'), id: idSchema, signal: z.custom<StepSignal>(isObject) }),
  z.object({ type: z.literal('done'), id: idSchema, result: z.custom<StepResult>(isObject) }),
  z.object({ type: z.literal('failed'), id: idSchema, problem: z.custom<Problem>(isObject) }),
]);
const toWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), options: workerOptionsSchema }),
  z.object({ type: z.literal('execute'), id: idSchema, request: z.custom<StepRequest>(isObject) }),
  z.object({ type: z.literal('cancel'), id: idSchema }),
]);

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Parses a message of the channel; undefined for foreign ones, such as a library's. */
export function readFromWorker(message: unknown): FromWorker | undefined {
  return fromWorkerSchema.safeParse(message).data;
}
export function readToWorker(message: unknown): ToWorker | undefined {
  return toWorkerSchema.safeParse(message).data;
}
