import type {
  ArtifactStore,
  Backends,
  Databases,
  Implementation,
  ItemStore,
  Lease,
  LoadedModel,
  ModelEntry,
  RemoteUsage,
  RunContext,
  Web,
} from '@graft/graph';

/** The services of its machine that a step gets. */
export interface StepServices {
  readonly backends: Backends;
  /** For this step alone: what it remembers of sites ends with the step. */
  readonly web: Web;
  readonly databases: Databases;
  readonly models: RunContext['models'];
  /** Claims memory on the step's device; waits until it is free. */
  lease(bytes: number): Promise<Lease>;
  /** Throws `input-changed` if the bytes of a model changed after the step used it. */
  verify(): Promise<void>;
  /** Bytes that a lease could get without waiting. */
  room(): Promise<number>;
}

/** What `services` needs to know of a step. */
export interface ServiceRequest {
  readonly node: string;
  /** `auto`, or a device id. */
  readonly device: string;
  readonly signal: AbortSignal;
  /** Digests of the models that the step's cache key names, by id. The step may use no others. */
  readonly models: ReadonlyMap<string, string>;
  /** Entries that came with the request, for models that the machine's catalogue lacks. */
  readonly entries?: readonly ModelEntry[];
  /** For downloads: `unit` names the file. */
  readonly progress: RunContext['progress'];
  /** Call this with true when a download begins, and with false when it has ended. */
  readonly waiting: (waiting: boolean) => void;
  /** Call this after each use of a loaded model, with the bytes that it takes. */
  readonly held: (model: string, bytes: number) => void;
  /** Call this after each successful request to a server. */
  readonly spent: (usage: RemoteUsage) => void;
}

/** Where steps run: their code, the stores they read and write, and the machine's services. */
export interface StepHost {
  /** The code of a node type; undefined if this host lacks it. */
  implementation(type: string): Promise<Implementation | undefined>;
  readonly artifacts: ArtifactStore;
  readonly items: ItemStore;
  /**
   * The workspace's folder, a real path: steps read its files where they are, and may write into it beside the stores.
   * Absent: this host has none. Files then come from the artifact store, and steps that write into a workspace fail.
   */
  readonly workspaceFolder?: string;
  /** Folder for scratch folders, on the artifact store's filesystem. */
  readonly scratchFolder: string;
  /** Folder for checkpoints: one folder a cache key. */
  readonly checkpointFolder: string;
  /** Stores each checkpoint as an artifact too, so that other hosts can continue from it. */
  readonly storesCheckpoints?: boolean;
  services(request: ServiceRequest): StepServices | Promise<StepServices>;
  /** The models in its memory; absent: it loads none. */
  loaded?(): Promise<readonly LoadedModel[]>;
}
