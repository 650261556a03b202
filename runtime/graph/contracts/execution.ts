import type { RemoteUsage } from '../metrics/remote-usage.ts';
import type { ArtifactRef, Digest } from './artifact.ts';
import type { LocatedFile, ResolvedSource } from '../types/resolved-source.ts';
import type { PortFacets } from '../types/facets.ts';
import type { Lane } from '../types/lane.ts';
import type { CheckpointReport, ItemCounts, StepPlace } from './run-event.ts';
import type { KeyPart } from './action.ts';
import type { MetricRow } from '../metrics/metrics.ts';
import type { ModelEntry } from '../rows/model.ts';

/** A physical device. `id` is `cpu`, `webgpu`, `cuda:0`, `vulkan:0`, `metal`. */
export interface Device {
  readonly id: string;
  readonly class: 'cpu' | 'webgpu' | 'cuda' | 'vulkan' | 'metal';
  readonly name: string;
  /** Bytes; undefined if the driver does not report it. */
  readonly memory?: number;
  /** The CPU renders it (llvmpipe, SwiftShader). */
  readonly software: boolean;
}

/** A disposable claim on a device's memory. */
export interface Lease extends Disposable {
  readonly device: Device;
  readonly bytes: number;
}

/** The newest checkpoint of a training: the digest of its tree in the artifact store, and its optimizer step. */
export interface StoredCheckpoint {
  readonly digest: Digest;
  readonly step: number;
}

/**
 * One step to execute. Plain JSON that any machine of the workspace understands: it names inputs, source files, models
 * and checkpoints by digest, and holds no path of a machine and no secret.
 *
 * The executor finds the bytes (`StepHost`). One that has the workspace reads files where they are, and models in its
 * catalogue. Any other finds both in the artifact store, if `SharedRequests` of `@graft/engine` put them there before
 * the request was sent. Files are verified against their digest at each reading; the weights of a model when they are
 * laid out, and by their size before later uses.
 */
export interface StepRequest {
  readonly runId: string;
  readonly node: string;
  readonly type: string;
  /** Implementation number of its node type. */
  readonly lane: Lane;
  /** Parsed by the definition's schema. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, readonly ArtifactRef[]>>;
  readonly sources: readonly ResolvedSource[];
  /**
   * The catalogue's entries of the models that `sources` and `inputFacets` name, for executors whose catalogue lacks
   * them, without addresses that only one machine knows. A model's files are a tree of the artifact store
   * (`modelTree`). Absent: the executor's catalogue has them, as in the embedded form.
   */
  readonly models?: readonly ModelEntry[];
  /** Checkpoint of an earlier attempt, for executors that have no newer one of `cacheKey`. */
  readonly checkpoint?: StoredCheckpoint;
  /** By input port: `PlannedNode.inputFacets`, with the digests of embedders that the run has made. */
  readonly inputFacets: PortFacets;
  readonly cacheKey: string;
  /**
   * Key parts shared by all items of a map-type step: the step's key without what belongs to `items.over` (the input's
   * digest or, over files, the digests of that source).
   */
  readonly familyParts: readonly KeyPart[];
  /** By output port, the node's last output in this file, if its key differs only in the inputs. */
  readonly previous?: Readonly<Record<string, ArtifactRef>>;
  /** A device id, never `auto`: `cpu`, `cuda:0`, `webgpu`, `vulkan:0`, `metal`, `tensorflow`. */
  readonly device: string;
  /** 1, or 2 after memory ran out or the worker died: items then run in smaller batches. */
  readonly attempt?: number;
  /** Peak bytes of leases and models of its node's last step; absent: it used none, or nobody knows. */
  readonly memory?: number;
  /** Its outputs differ each time: an outcome of another run is no substitute. Absent: false. */
  readonly volatile?: boolean;
  /** A map-type step may stop at the end of a batch and leave a long rest to others (`StepResult.rest`). */
  readonly leavesRest?: boolean;
  /** Only a part of the items of a map-type step. Its one output, `items`, is for `handed`. */
  readonly shard?: StepShard;
  /** Outputs `items` of other requests for the same step: items that need not be computed again. */
  readonly handed?: readonly ArtifactRef[];
}

/** The items of a step whose key, as a fraction of all keys, is in `[from, to)`. Equal items are in one shard. */
export interface StepShard {
  readonly from: number;
  readonly to: number;
  /** Cache key of the step; that of the request is its own. */
  readonly of: string;
  /** For people: `2 of 8`. */
  readonly name: string;
}

export interface StepResult {
  readonly outputs: Readonly<Record<string, ArtifactRef>>;
  readonly items?: ItemCounts;
  readonly device: string;
  /** Peak bytes of leases and models; absent: it used none. */
  readonly memory?: number;
  /**
   * The step is not done: its one output, `items`, has those items that were computed or known, and these are left, with
   * the milliseconds that they would take. Only where the request `leavesRest`.
   */
  readonly rest?: { readonly items: number; readonly ms: number };
}
/** A model in memory, between uses too. */
export interface LoadedModel {
  readonly id: string;
  /** `cpu`, `cuda`, `vulkan` … */
  readonly device: string;
  readonly bytes: number;
}

/** Reports of a running step. */
export type StepSignal =
  | {
      readonly type: 'progress';
      readonly done: number;
      readonly total?: number;
      readonly unit: string;
      readonly message?: string;
    }
  | {
      readonly type: 'log';
      readonly level: 'info' | 'warning' | 'error';
      readonly message: string;
      readonly item?: string;
      readonly place?: StepPlace;
    }
  | { readonly type: 'token'; readonly item: string; readonly text: string }
  | { readonly type: 'metrics'; readonly row: MetricRow }
  /** Requests to servers that have succeeded since the last report. */
  | { readonly type: 'spent'; readonly usage: RemoteUsage }
  /**
   * The step trains: from the first report on, it may leave a checkpoint after cancellation, when its run has ended.
   */
  | { readonly type: 'checkpoint'; readonly checkpoint: CheckpointReport }
  /** The artifact store has this checkpoint: another executor can continue from it. */
  | { readonly type: 'stored-checkpoint'; readonly checkpoint: StoredCheckpoint }
  /** True: the step waits for something, such as a model download. False: the wait is over. */
  | { readonly type: 'waiting'; readonly waiting: boolean };

/**
 * Executes steps: in this process, in a supervised worker, or on another machine. `execute` rejects with a GraphError;
 * after `signal` aborts it rejects with `cancelled` within 2 s.
 */
export interface ExecutionBackend {
  execute(
    request: StepRequest,
    hooks: { readonly signal: AbortSignal; readonly report: (signal: StepSignal) => void },
  ): Promise<StepResult>;
}

export type DatabaseIdentity = (secret: string) => Promise<string>;

/** Resolves the sources that nodes declare. Hashes each file once and remembers the hash by size, times and inode. */
export interface SourceResolver {
  /** `anew`: hashes the files again, because a reader found other bytes. */
  files(patterns: readonly string[], options?: { readonly anew?: boolean }): Promise<LocatedFile[]>;
  /**
   * The database that a secret leads to, and the user. Throws `unavailable` if the secret is missing or is not a
   * database address. Absent: databases are not available here.
   */
  readonly database?: DatabaseIdentity;
}
