import type {
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
