import type { ItemPart, RunEvent } from '@graft/graph';
import { z } from 'zod';
import type { Drift } from '../locks/graph-lock.ts';

export interface StartOptions {
  /** Only this node, or these, and what they need: ids, paths (`retriever/embed`) or `graph` nodes. */
  readonly only?: string | readonly string[];
  /** Texts for inputs of the graph, by name: see `rowsOfText`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Only what these outputs of the graph need, by name. */
  readonly outputs?: readonly string[];
  readonly device?: string;
  /** Of every seeded node, instead of its own. */
  readonly seed?: number;
  /** Some nodes see a part of their items only, as in a race. */
  readonly part?: ItemPart;
  /**
   * What was set for this run: the graph is not the file as saved. Its steps are then not what the nodes of the file
   * last gave.
   */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Refuses files and graphs too that are others than the graph was locked to, not models only; and what is not locked. */
  readonly locked?: boolean;
  /**
   * The revision of the file that the graph is, as it stands there: without settings, inputs and variants. Where the
   * file has no lock, the run writes one once it has succeeded.
   */
  readonly revision?: string;
}

/** What another process needs, beside the graph, to continue a run. */
export const keptOptionsSchema = z.object({
  only: z.union([z.string(), z.array(z.string())]).exactOptional(),
  inputs: z.record(z.string(), z.string()).exactOptional(),
  outputs: z.array(z.string()).exactOptional(),
  device: z.string().exactOptional(),
  seed: z.number().exactOptional(),
  locked: z.boolean().exactOptional(),
  revision: z.string().exactOptional(),
});
export type KeptOptions = z.infer<typeof keptOptionsSchema>;

/** A run in progress. */
export interface RunHandle {
  readonly runId: string;
  readonly finished: Promise<Extract<RunEvent, { type: 'run.finished' }>>;
  /** Files and graphs that are others than the graph was locked to. */
  readonly drift: readonly Drift[];
  cancel(): void;
}
