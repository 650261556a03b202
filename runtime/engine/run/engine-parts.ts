import type {
  ActionRecord,
  ActionStore,
  ArtifactStore,
  EngineVersions,
  ExecutionBackend,
  ModelLookup,
  NodeType,
  RunStore,
  SourceResolver,
  StepResult,
} from '@graft/graph';
import type { StepSlots } from './step-slots.ts';

/** The device of a step: never `auto`, and one that the engine of its node can use. */
export interface StepDevice {
  /** `cpu`, `cuda:0` … */
  readonly id: string;
  /** `cpu`, `cuda` … */
  readonly class: string;
}

/** What the engine is joined from. */
export interface EngineParts {
  readonly artifacts: ArtifactStore;
  readonly actions: ActionStore;
  readonly runs: RunStore;
  readonly backend: ExecutionBackend;
  readonly files: SourceResolver;
  readonly models: ModelLookup;
  /** Where a node computes when `device` (or `auto`) is asked for. Throws for a device that is not there. */
  readonly deviceOf: (definition: NodeType, device: string) => Promise<StepDevice>;
  /** Of this installation, for keys. */
  readonly engines: EngineVersions;
  /** This process, as runs name it. */
  readonly owner: string;
  /** Claims of cache keys across processes; default: none, for stores that no other process uses. */
  readonly claims?: StepClaims;
  /** Does work that must succeed, making room for it when the disk is full; default: does it. */
  readonly relieve?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Whether the disk of the stores is full; default: it never is. */
  readonly isFull?: () => boolean;
  /** Cores that steps may keep busy, shared out among all runs (`StepSlots`); default: those of the machine. */
  readonly cores?: number;
}

/** Claims of cache keys, so that no two processes compute the same at once. */
export interface StepClaims {
  /** Waits until no other process computes this key; throws the signal's reason. `waiting` is called once. */
  claim(
    key: string,
    hooks: { readonly signal: AbortSignal; readonly waiting: (pid: number) => void },
  ): Promise<StepClaim>;
}
export interface StepClaim {
  /** False if no result of the key was recorded when it was claimed. */
  readonly mayBeRecorded: boolean;
  /** Does nothing where recording the result has given the claim back. */
  release(): unknown;
}

/** What executing a step gave: a result of its own, or that of another process that computed it meanwhile. */
export type Executed = StepResult | ActionRecord;

/** Steps being computed in this process, by cache key: no two runs compute the same at once. */
export type InFlight = Map<string, Promise<Executed>>;

/** What all runs of this process have in common. */
export interface SharedWork {
  readonly inFlight: InFlight;
  readonly slots: StepSlots;
}
