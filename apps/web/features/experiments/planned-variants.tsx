import { metricInSentence, settingText, savedVariant } from '@graft/graph';
import { Fragment } from 'react';
import { problemText } from '@graft/view';
import { useDocument } from '../../kit/stores.ts';
import { metricName, settingName, shownWords } from './experiment-names.ts';
import { count, plural } from '@graft/nodes/kit/ui';
import type { api } from '../../api/client.ts';

export type Planned = NonNullable<Awaited<ReturnType<typeof api.experiments.plan.mutate>>['plan']>;

/**
 * `12 variants, 3 seeds each, against “as saved” (39 runs)`. Counts variants as the list of experiments does: without
 * the saved graph.
 */
export function plannedExtent(planned: Planned, baseline: string): string {
  const { variants, seeds, looks } = planned;
  const own = variants.filter(({ name }) => name !== savedVariant);
  const refused = own.filter(({ problem }) => problem !== undefined).length;
  const runs = variants.filter(({ problem }) => problem === undefined).length * seeds;
  return [
    plural(own.length, 'variant'),
    ...(refused === 0 ? [] : [`${count(refused)} of which cannot run`]),
    ...(seeds === 1 ? [] : [`${count(seeds)} seeds each`]),
    `against “${baseline}”${seeds === 1 ? '' : ` (${plural(runs, 'run')})`}`,
    ...(looks === undefined ? [] : [`weak variants stopped early (${count(looks)} checks)`]),
  ].join(', ');
}

/** Metrics in a sentence: their node is named once where all have the same, "accuracy, F1 of Evaluate". */
export function metricsInSentence(names: readonly string[]): readonly string[] {
  const nodeOf = (name: string): string => name.slice(name.lastIndexOf(' of '));
  const [first = ''] = names;
  const isOne = first.includes(' of ') && names.every((name) => nodeOf(name) === nodeOf(first));
  return names.map((name, at) =>
    metricInSentence(
      isOne && at < names.length - 1 ? name.slice(0, name.lastIndexOf(' of ')) : name,
    ),
  );
}

/** The variants of an experiment before it runs: the settings of each, and why one cannot run. */
export function PlannedVariants({
  planned,
  experiment,
  open,
}: {
  readonly planned: Planned;
  /** Its name. */
  readonly experiment: string;
  readonly open: boolean;
}) {
  const { variants, baseline, metrics } = planned;
  const graph = useDocument((state) => state.graph);
  const called = shownWords(graph, experiment).variant;
  const metricWords = metricsInSentence(metrics.map((address) => metricName(address, graph)));
  const keys = [...new Set(variants.flatMap(({ settings }) => Object.keys(settings)))];
  return (
    <details className="px-4 pb-1" open={open} data-testid="planned-variants">
      <summary className="cursor-default text-ink-2 hover:text-ink">
        {plannedExtent(planned, called(baseline))}, by{' '}
        {metrics.map((address, at) => (
          <Fragment key={address}>
            {at === 0 ? '' : ', '}
            <span title={address}>{metricWords[at]}</span>
          </Fragment>
        ))}
      </summary>
      <div className="gk-evidence">
        <div className="gk-table mt-1" tabIndex={0} role="group" aria-label="Variants">
          <table>
            <thead>
              <tr>
                <th scope="col">Variant</th>
                {keys.map((key) => (
                  <th key={key} scope="col" title={key}>
                    {settingName(key, graph)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {variants.map(({ name, settings, problem }) => (
                <tr key={name}>
                  <th scope="row" title={name}>
                    {called(name)}
                  </th>
                  {problem === undefined ? (
                    keys.map((key) => <td key={key}>{settingText(settings[key])}</td>)
                  ) : (
                    <td colSpan={Math.max(1, keys.length)} className="text-error">
                      cannot run: {problemText(problem)}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </details>
  );
}
