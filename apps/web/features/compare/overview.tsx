import { verdictWords, type EvidenceTable } from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import type { ReactNode } from 'react';
import { refusalOf } from '../../api/problem.ts';
import { type Comparison, letterOf } from '@graft/view';
import { EdgesTable } from './edges-table.tsx';
import { MetricsTable } from './metrics-table.tsx';
import { NodesTable } from './nodes-table.tsx';
import { SettingsTable } from './settings-table.tsx';

/** What there is to know of metrics: undefined while they are read, null where there are none. */
export interface MetricsRead {
  readonly table: EvidenceTable | null | undefined;
  readonly error: unknown;
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="mb-2 text-lg font-[620]">{title}</h2>
      {children}
    </section>
  );
}

/** What it comes to, in a line. */
function summaryOf({ nodes, edges }: Comparison, table: EvidenceTable | null | undefined): string {
  const settings = nodes.flatMap((node) => node.settings.filter(({ differs }) => differs));
  const params = settings.filter(({ kind }) => kind === 'param').length;
  const outputs = nodes.flatMap((node) => node.outputs);
  const others = outputs.filter(({ differs }) => differs).length;
  const verdict = table === null || table === undefined ? undefined : verdictWords(table);
  const differ = (count: number, what: string): string =>
    `${plural(count, what)} ${count === 1 ? 'differs' : 'differ'}`;
  const set = [
    // That no parameter differs says little where something else is connected.
    ...(params === 0 && edges.length > 0
      ? []
      : [params === 0 ? 'No parameter differs' : differ(params, 'parameter')]),
    ...(edges.length === 0 ? [] : [differ(edges.length, 'connection')]),
  ].join('; ');
  const gave =
    outputs.length === 0
      ? 'no outputs'
      : others === 0
        ? 'all outputs are the same'
        : `${String(others)} of ${plural(outputs.length, 'output')} ${others === 1 ? 'differs' : 'differ'}`;
  return `${set}; ${gave}.${verdict === undefined ? '' : ` ${verdict}`}`;
}

function Metrics({ metrics, all }: { readonly metrics: MetricsRead; readonly all: boolean }) {
  const { table, error } = metrics;
  if (error !== null) {
    return (
      <p className="whitespace-pre-line text-error" role="alert">
        {refusalOf(error)}
      </p>
    );
  }
  if (table === undefined) return <p className="text-ink-2">Comparing question by question …</p>;
  return table === null ? (
    <p className="text-ink-2">
      Nothing here has a metric for each row. Add a node that measures, such as Evaluate or Score
      hits.
    </p>
  ) : (
    <MetricsTable table={table} all={all} />
  );
}

/** What was set, what metrics say of it, and what became of each node. */
export function Overview(props: {
  readonly comparison: Comparison;
  readonly metrics: MetricsRead;
  readonly all: boolean;
}) {
  const { comparison, metrics, all } = props;
  const { nodes, edges, runs, leftOut } = comparison;
  const unkept = runs.flatMap(({ graphKept }, side) => (graphKept ? [] : letterOf(side)));
  return (
    <div className="compare-overview">
      <p className="text-lg" data-testid="comparison-summary">
        {summaryOf(comparison, metrics.table)}
      </p>
      {unkept.length === 0 ? null : (
        <p className="text-ink-2">
          The graph of {unkept.join(' and ')} is missing, so its titles and long texts are not
          shown.
        </p>
      )}
      <Part title="Parameters">
        <SettingsTable nodes={nodes} sides={runs.length} all={all} />
      </Part>
      {edges.length === 0 ? null : (
        <Part title="Connections">
          <EdgesTable edges={edges} sides={runs.length} />
        </Part>
      )}
      <Part title="Metrics">
        <Metrics metrics={metrics} all={all} />
      </Part>
      <Part title="Steps">
        <NodesTable nodes={nodes} sides={runs.length} all={all} />
        {leftOut === 0 ? null : (
          <p className="mt-2 text-ink-2">{plural(leftOut, 'more node')} not shown.</p>
        )}
      </Part>
    </div>
  );
}
