import { GraphError, pathWithoutRounds, type CacheKey, type ResolvedSource } from '@graft/graph';
import { renewedSources, type Resolvers } from '../sources/resolve-sources.ts';
import type { StepState } from './step-state.ts';

export interface RenewalParts extends Resolvers {
  /** The key of a step as its sources and inputs are now. */
  readonly keyOf: (step: StepState) => CacheKey;
  /** Throws what keeps the step from being run with its sources as they are now. */
  readonly allows: (sources: readonly ResolvedSource[]) => void;
  /** Those of the run, by the path of a node without rounds: what the next round of a loop is drawn with. */
  readonly sources: Map<string, readonly ResolvedSource[]>;
}

/** Keys a step anew whose inputs turned out to be others than its key says: once, since what never holds still never ends. */
export class StepRenewal {
  readonly #parts: RenewalParts;

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  /** Whether the error is one that a new key mends. */
  mends(step: StepState, thrown: unknown): boolean {
    return GraphError.from(thrown).code === 'input-changed' && !step.renewed;
  }

  /** Resolves the step's sources as they are now, and makes its key of them. Throws what is wrong with a source. */
  async renew(step: StepState): Promise<void> {
    step.renewed = true;
    const { files, models, file, allows, sources } = this.#parts;
    step.sources = await renewedSources(step.node, { files, models, file });
    allows(step.sources);
    sources.set(pathWithoutRounds(step.node.id), step.sources);
    step.key = this.#parts.keyOf(step);
  }
}
