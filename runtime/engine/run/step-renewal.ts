import { GraphError, pathWithoutRounds, type CacheKey, type ResolvedSource } from '@graft/graph';
import { renewedSources, type Resolvers } from '../sources/resolve-sources.ts';
import type { StepState } from './step-state.ts';

export interface RenewalParts extends Resolvers {
  /** The key of a step with its current sources and inputs. */
  readonly keyOf: (step: StepState) => CacheKey;
  /** Throws if the step must not run with its current sources. */
  readonly allows: (sources: readonly ResolvedSource[]) => void;
  /** The sources of the run, by the path of a node without rounds, for the next round of a loop. */
  readonly sources: Map<string, readonly ResolvedSource[]>;
}

/** Keys a step again if its inputs are not those of its key. Only once: inputs that never stop changing must not loop forever. */
export class StepRenewal {
  readonly #parts: RenewalParts;

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  /** Whether a new key can resolve the error. */
  mends(step: StepState, thrown: unknown): boolean {
    return GraphError.from(thrown).code === 'input-changed' && !step.renewed;
  }

  /** Resolves the step's current sources and its key. Throws the problem of a source. */
  async renew(step: StepState): Promise<void> {
    step.renewed = true;
    const { files, models, file, allows, sources } = this.#parts;
    step.sources = await renewedSources(step.node, { files, models, file });
    allows(step.sources);
    sources.set(pathWithoutRounds(step.node.id), step.sources);
    step.key = this.#parts.keyOf(step);
    // It belongs to the key before.
    delete step.checkpoint;
  }
}
