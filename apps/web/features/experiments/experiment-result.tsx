import {
  inMetricWords,
  inVariantNames,
  tableToCsv,
  tableToMarkdown,
  verdictWords,
  type EvidenceTable,
} from '@graft/graph';
import { EvidenceTableView } from '@graft/nodes/kit/ui';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { useDocument } from '../../kit/stores.ts';
import { stepTitle, nodeTypes, comparedMeanings, action } from '@graft/view';
import { openArm } from '../../api/graphs/subgraph-edits.ts';
import { reportAddress } from '../../api/runs/run-history.ts';
import { problemInNames, settingName, shownWords } from './experiment-names.ts';

function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser holds the bytes itself once the download has started.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

interface ResultProps {
  readonly runId: string;
  /** The experiment's. */
  readonly name: string;
  /** Whether it still runs, so that the table grows. */
  readonly isGrowing: boolean;
}

/** Milliseconds between two tables of an experiment that still runs. */
const tableEvery = 5_000;

/** The table of a run of an experiment as it is shown: the names that people see, and what it says in words. */
function useTable({ runId, name, isGrowing }: ResultProps) {
  const { data: table, error } = useQuery({
    queryKey: ['experiment-table', runId, isGrowing],
    queryFn: () => api.experiments.table.query({ runId }),
    placeholderData: keepPreviousData,
    refetchInterval: isGrowing && tableEvery,
  });
  const graph = useDocument((state) => state.graph);
  if (table === undefined) return { error, shown: undefined };
  const titles = {
    node: (path: string) => stepTitle(path, graph),
    setting: (address: string) => settingName(address, graph),
  };
  const { settings, variant: call } = shownWords(graph, name);
  const rows = table.rows.map((row) => {
    const problem = problemInNames(row, graph, call);
    return problem === undefined ? row : { ...row, problem };
  });
  const titled = inVariantNames({ ...table, rows }, call);
  const verdict = verdictWords(inMetricWords(table, titles.node), settings);
  return { error, shown: { table, titles, titled, verdict } };
}

/** The table of a run of an experiment as a file. */
export function ResultDownloads(props: ResultProps) {
  const { runId, name } = props;
  const { shown } = useTable(props);
  if (shown === undefined) return null;
  const { table, verdict } = shown;
  const formats = [
    { title: 'CSV', ending: 'csv', write: tableToCsv },
    {
      title: 'Markdown',
      ending: 'md',
      write: (made: EvidenceTable) => tableToMarkdown(made, verdict),
    },
  ];
  return (
    <span className="flex shrink-0 gap-1.5">
      {formats.map(({ title, ending, write }) => (
        <button
          key={ending}
          type="button"
          className="button small"
          title={`Download the table as ${title}`}
          onClick={() => download(write(table), `${name}.${ending}`)}
        >
          {title}
        </button>
      ))}
      <a
        className="button small"
        href={reportAddress(runId)}
        download
        title="One HTML file with this table; it opens without Graft"
      >
        {' '}
        HTML{' '}
      </a>
    </span>
  );
}

/** Makes a variant a graph of its own: the recommended one, or where none is, any of those that were asked about. */
function OpenVariants(props: {
  readonly experiment: string;
  readonly variants: readonly string[];
  readonly verdict: string;
}) {
  const { experiment, variants, verdict } = props;
  const file = useDocument((state) => state.file?.path);
  const of = `the experiment _${experiment}_ of \`${file ?? ''}\``;
  const [first] = variants;
  if (first === undefined) return null;
  const isOne = variants.length === 1;
  const open = (variant: string): void =>
    openArm(
      experiment,
      variant,
      `# ${variant}\n\n${isOne ? 'Chosen by' : 'From'} ${of}: ${verdict}`,
    );
  return (
    <p className="flex flex-wrap items-center gap-1.5 px-4 pb-2">
      {isOne ? null : <span className="text-ink-2">Open as a graph:</span>}
      {variants.map((variant) => (
        <button key={variant} type="button" className="button small" onClick={() => open(variant)}>
          {isOne ? `Open “${variant}” as a graph …` : `${variant} …`}
        </button>
      ))}
    </p>
  );
}

/** The result of an experiment: the verdict, then the table with drawn intervals. */
export function ExperimentResult(props: ResultProps) {
  const { runId, name, isGrowing } = props;
  const { shown, error } = useTable(props);
  const graph = useDocument((state) => state.graph);
  const meanings = comparedMeanings(graph, name, nodeTypes());
  if (error !== null) return <p className="px-3.5 py-1 text-error">{error.message}</p>;
  if (shown === undefined) return null;
  const { table, titled, titles, verdict } = shown;
  const { variant: recommended, none } = table.recommendation ?? {};
  const preferred = none === undefined ? [] : (graph.experiments?.[name]?.prefer ?? []);
  const measured = new Set(
    table.rows
      .filter(({ cells }) => (cells[0]?.mean ?? null) !== null)
      .map(({ variant }) => variant),
  );
  const offered =
    recommended === undefined ? preferred.filter((way) => measured.has(way)) : [recommended];
  return (
    <div className="gk-scrolled" data-testid="experiment-table">
      <p className="max-w-[110ch] px-4 py-1.5" data-testid="verdict">
        {isGrowing ? 'So far: ' : ''}
        {verdict ?? 'Nothing was compared.'}
      </p>
      {verdict === undefined || isGrowing ? null : (
        <OpenVariants experiment={name} variants={offered} verdict={verdict} />
      )}
      <EvidenceTableView
        table={titled.table}
        {...{ meanings, titles }}
        compare={(variant) =>
          action('compareVariants')({
            runId,
            baseline: table.baseline,
            variant: titled.variantOf(variant),
          })
        }
      />
    </div>
  );
}
