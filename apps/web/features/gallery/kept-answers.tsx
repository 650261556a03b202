import { type EvidenceTable, inMetricWords, tableNumber } from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries, type api } from '../../api/client.ts';

type Asked = Awaited<ReturnType<typeof api.graphs.exampleAnswers.query>>[number];
type Given = Asked['answers'][number];

/** Questions that are shown at first, and more of them at a time. */
const atOnce = 5;

/** Whether the variants were not marked alike by every metric. */
function differ({ answers }: Asked): boolean {
  return new Set(answers.map(({ values }) => JSON.stringify(values))).size > 1;
}

const marked = (value: number | undefined): string =>
  value === undefined ? '' : Number.isInteger(value) ? String(value) : tableNumber(value);

function GivenText({ given, right }: Pick<Given, 'given'> & Pick<Asked, 'right'>) {
  if (typeof given === 'string') return given === '' ? <i>nothing</i> : given;
  return given.map((path, at) => (
    <span key={path}>
      {at === 0 ? '' : ', '}
      <span title={path} className={right.includes(path) ? 'font-[550] text-accent' : 'text-ink-2'}>
        {path.split('/').slice(-2).join('/')}
      </span>
    </span>
  ));
}

function AskedQuestion({
  asked: { question, right, answers },
  table,
}: {
  readonly asked: Asked;
  readonly table: EvidenceTable;
}) {
  const words = inMetricWords(table, (node) => node).metrics;
  return (
    <li className="mt-4">
      <p className="font-[550]">{question}</p>
      <p className="text-sm text-ink-2">Right: {right.join(' · ')}</p>
      <table className="kept-answers">
        <thead>
          <tr>
            <th scope="col">variant</th>
            <th scope="col">answer</th>
            {words.map(({ name }) => (
              <th key={name} scope="col" data-number>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answers.map(({ variant, given, values }, at) => (
            <tr key={at}>
              <th scope="row">{variant}</th>
              <td>
                <GivenText {...{ given, right }} />
              </td>
              {table.metrics.map(({ name }) => (
                <td key={name} data-number>
                  {marked(values[name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </li>
  );
}

/** What each variant of an experiment answered to each question, and how that was marked. */
export function KeptAnswers(props: {
  readonly path: string;
  readonly experiment: string;
  readonly table: EvidenceTable;
}) {
  const { path, experiment, table } = props;
  const { data, error } = useQuery(
    queries.graphs.exampleAnswers.queryOptions({ path, experiment }),
  );
  const [shown, show] = useState(atOnce);
  const [onlyDiffering, setOnlyDiffering] = useState(false);
  if (error !== null) return <p className="text-error">{error.message}</p>;
  if (data === undefined || data.length === 0) return null;
  const asked = onlyDiffering ? data.filter(differ) : data;
  return (
    <section className="mt-5" aria-label="Answers">
      <div className="flex items-baseline gap-3">
        <h4 className="font-[550]">Answers</h4>
        <label className="flex items-center gap-1.5 text-sm text-ink-2">
          <input
            type="checkbox"
            checked={onlyDiffering}
            onChange={({ target }) => setOnlyDiffering(target.checked)}
          />
          only where variants were marked differently
        </label>
      </div>
      <p className="text-sm text-ink-2">
        Of the first seed, where the experiment ran with several.
      </p>
      <ul>
        {asked.slice(0, shown).map((one) => (
          <AskedQuestion key={one.item} asked={one} table={table} />
        ))}
      </ul>
      {asked.length > shown ? (
        <button type="button" className="button mt-4" onClick={() => show(shown + 4 * atOnce)}>
          Show more of {plural(asked.length, 'question')}
        </button>
      ) : null}
    </section>
  );
}
