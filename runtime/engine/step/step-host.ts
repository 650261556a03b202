import type {
  ArtifactStore,
  Backends,
  Databases,
  Implementation,
  ItemStore,
  Lease,
  RunContext,
  Web,
} from '@graft/graph';

/** What a step is given of the machine it runs on. */
export interface StepServices {
  readonly backends: Backends;
  /** For this step alone: what it keeps of sites ends with it. */
  readonly web: Web;
  readonly databases: Databases;
  readonly models: RunContext['models'];
  /** Claims memory on the step's device; waits until it is free. */
  lease(bytes: number): Promise<Lease>;
  /** Throws `input-changed` where a model that the step has used has other bytes by now. */
  verify(): Promise<void>;
  /** Bytes that a lease could be given at once. */
  room(): Promise<number>;
}

/** What `services` must know of a step. */
export interface ServiceRequest {
  readonly node: string;
  /** `auto`, or a device id. */
  readonly device: string;
  readonly signal: AbortSignal;
  /** Digests of the models that the step's cache key names, by id: no others are to be used. */
  readonly models: ReadonlyMap<string, string>;
  /** For downloads: `unit` names the file. */
  readonly progress: RunContext['progress'];
  /** To be called with true when a download begins, and with false when it has ended. */
  readonly waiting: (waiting: boolean) => void;
  /** To be called after each use of a loaded model, with the bytes that it takes. */
  readonly held: (model: string, bytes: number) => void;
}

/** Where steps run: their code, the stores they read and write, and the machine's services. */
export interface StepHost {
  /** The code of a node type; undefined for one that this host lacks. */
  implementation(type: string): Promise<Implementation | undefined>;
  readonly artifacts: ArtifactStore;
  readonly items: ItemStore;
  /** The workspace's folder, a real path: what steps may write into beside the stores. */
  readonly workspaceFolder: string;
  /** Folder for scratch folders, on the artifact store's filesystem. */
  readonly scratchFolder: string;
  /** Folder for checkpoints: one folder a cache key. */
  readonly checkpointFolder: string;
  services(request: ServiceRequest): StepServices | Promise<StepServices>;
}
