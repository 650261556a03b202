import type {
  ActionStore,
  ArtifactStore,
  ExecutionBackend,
  ModelLookup,
  NodeType,
  RunStore,
  SourceResolver,
  StepResult,
} from '@graft/graph';
import type { StepSlots } from './step-slots.ts';

/** What the engine is joined from. */
export interface EngineParts {
  readonly artifacts: ArtifactStore;
  readonly actions: ActionStore;
  readonly runs: RunStore;
  readonly backend: ExecutionBackend;
  readonly files: SourceResolver;
  readonly models: ModelLookup;
  /** `cpu`, `cuda` …: the class of device that a node runs on when `device` (or `auto`) is asked for. */
  readonly deviceClass: (definition: NodeType, device: string) => Promise<string>;
  /** This process, as runs name it: `pid:start-time`. */
  readonly owner: string;
  /** Cores that steps may keep busy, shared out among all runs (`StepSlots`); default: those of the machine. */
  readonly cores?: number;
}

/** Steps being computed in this process, by cache key: no two runs compute the same at once. */
export type InFlight = Map<string, Promise<StepResult>>;

/** What all runs of this process have in common. */
export interface SharedWork {
  readonly inFlight: InFlight;
  readonly slots: StepSlots;
}
