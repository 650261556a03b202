import { settingText } from '@graft/graph';
import { count, plural } from '@graft/nodes/kit/ui';
import type { api } from '../api/client.ts';
import { problemText } from '../api/problem.ts';

/** What a run of an experiment would be, as the server says. */
export type Planned = NonNullable<Awaited<ReturnType<typeof api.experiments.plan.mutate>>['plan']>;

/** `12 variants × 3 seeds = 36 runs`, and what bounds them. */
function extentOf({ variants, seeds, looks }: Planned): string {
  const sound = variants.filter(({ problem }) => problem === undefined).length;
  const all = plural(sound, 'variant');
  const runs = plural(sound * seeds, 'run');
  const each = seeds === 1 ? all : `${all} × ${plural(seeds, 'seed')} = ${runs}`;
  return looks === undefined ? each : `${each}, racing over ${count(looks)} looks`;
}

/** The variants of an experiment before it runs: what each sets, and why one cannot. */
export function PlannedVariants({
  planned,
  open,
}: {
  readonly planned: Planned;
  readonly open: boolean;
}) {
  const { variants, baseline, metrics } = planned;
  const keys = [...new Set(variants.flatMap(({ settings }) => Object.keys(settings)))];
  return (
    <details className="px-4 pb-1" open={open} data-testid="planned-variants">
      <summary className="cursor-default text-ink-2 hover:text-ink">
        {extentOf(planned)}, against “{baseline}”, by {metrics.join(', ')}
      </summary>
      <div className="gk-evidence">
        <div className="gk-table mt-1" tabIndex={0} role="group" aria-label="Variants">
          <table>
            <thead>
              <tr>
                <th scope="col">Variant</th>
                {keys.map((key) => (
                  <th key={key} scope="col">
                    {key}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {variants.map(({ name, settings, problem }) => (
                <tr key={name}>
                  <th scope="row" title={name}>
                    {name}
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
