import { metricTitle, tableNumber } from '@graft/graph';
import type { api } from '../../api/client.ts';

type Example = Awaited<ReturnType<typeof api.graphs.examples.query>>[number];
type Small = NonNullable<NonNullable<Example['claim']>['small']>;

/** Variants that are shown in small; the full table stands beside it. */
const mostRows = 4;

/** The best variants of a claim's table, by the metric that matters most. */
export function SmallTable({ small: { metric, rows } }: { readonly small: Small }) {
  const [least, most] = metric.range ?? [];
  const shareOf = (mean: number | null): number | undefined =>
    least === undefined || most === undefined || mean === null
      ? undefined
      : (mean - least) / (most - least);
  const hidden = rows.length - mostRows;
  return (
    <table className="small-table">
      <caption>{metricTitle(metric)}</caption>
      <tbody>
        {rows.slice(0, mostRows).map(({ variant, mean }) => {
          const share = shareOf(mean);
          return (
            <tr key={variant}>
              <th scope="row">{variant}</th>
              <td>
                {share === undefined ? null : (
                  <span className="small-bar" style={{ width: `${share * 100}%` }} />
                )}
              </td>
              <td>{mean === null ? '–' : tableNumber(mean)}</td>
            </tr>
          );
        })}
        {hidden < 1 ? null : (
          <tr>
            <th scope="row" colSpan={3}>
              and {hidden} more
            </th>
          </tr>
        )}
      </tbody>
    </table>
  );
}
