import type { RunRecord } from '@graft/graph';
import { api } from '../../api/client.ts';
import { report } from '../../api/graphs/graph-file.ts';
import { useScreen } from '../../kit/stores.ts';
import { Latest, whileOpen } from '@graft/view';
import { compareSides } from './compare-place.ts';

/**
 * The runs of two variants that belong together: of one seed, in a race those that saw most. `runs` are of one experiment,
 * newest first. Undefined where one of the two has none with a seed of the other.
 */
export function runsOfVariants(
  runs: readonly RunRecord[],
  baseline: string,
  variant: string,
): readonly [RunRecord, RunRecord] | undefined {
  const newestOf = (name: string, seed: number | undefined): RunRecord | undefined =>
    runs.find((run) => run.variant === name && run.seed === seed);
  // The seeds run one after the other: the first is the oldest.
  for (const { seed } of runs.filter((run) => run.variant === variant).toReversed()) {
    const [before, after] = [newestOf(baseline, seed), newestOf(variant, seed)];
    if (before !== undefined && after !== undefined) return [before, after];
  }
  return undefined;
}

const questions = new Latest();

/** Sets a variant of an experiment beside its baseline. */
export async function compareVariants({
  runId,
  baseline,
  variant,
}: {
  readonly runId: string;
  readonly baseline: string;
  readonly variant: string;
}): Promise<void> {
  const signal = questions.ask();
  const isOpen = whileOpen();
  try {
    const pair = runsOfVariants(await api.experiments.variants.query({ runId }), baseline, variant);
    if (signal.aborted || !isOpen()) return;
    if (pair === undefined) {
      const message = `The runs of “${baseline}” and “${variant}” were removed. Run the experiment again.`;
      useScreen.getState().notify({ tone: 'info', message });
    } else compareSides(pair.map(({ id }) => ({ run: id })));
  } catch (error) {
    report(error);
  }
}
