import { plural } from '@graft/nodes/kit/ui';
import { chordName } from '../../kit/chord.ts';
import { commandOf, bodyAt, countProblems, isOver } from '@graft/view';
import { DriftNotice } from './drift-notice.tsx';
import { useDocument, useRunView, useScreen } from '../../kit/stores.ts';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { countText, useGraphWarnings, useProblems } from '../../api/graphs/use-problems.ts';
import { part } from '../../kit/part.tsx';
import { firstRunText } from '../../api/runs/plan-report.ts';
import { useResults } from '../../api/runs/use-results.ts';
import { GraphResult } from './graph-result.tsx';
import { Conversation, ProblemList } from '../../kit/slots.ts';

const GraphFacts = part(() => import('./graph-facts.tsx').then((loaded) => loaded.GraphFacts));

/** Commands that people look for first. */
const tips = ['search', 'run', 'save', 'rename', 'fit', 'shortcuts'];

function Problems() {
  const problems = useProblems();
  const graph = useDocument((state) => state.graph);
  if (problems.length === 0) return null;
  return (
    <section className="mt-4">
      <h3 className="font-[550]">{countText(countProblems(problems, graph))}</h3>
      <div className="-mx-3.5 mt-1">
        <ProblemList problems={problems} label="Why the graph cannot run" />
      </div>
    </section>
  );
}

function Warnings() {
  const warnings = useGraphWarnings();
  if (warnings.length === 0) return null;
  return (
    <section className="mt-4">
      <h3 className="font-[550]">{plural(warnings.length, 'warning')}</h3>
      <div className="-mx-3.5 mt-1">
        <ProblemList problems={warnings} label="Warnings" tone="text-ink-2" />
      </div>
    </section>
  );
}

/** The keys that people look for first, below everything that is about the graph. */
function Tips() {
  return (
    <section className="mt-6 border-t border-line pt-3" aria-label="Keys">
      <dl className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-1.5">
        {tips.map((id) => {
          const { title, keys = [] } = commandOf(id);
          return (
            <div key={id} className="contents">
              <dt className="text-ink-2">{title}</dt>
              <dd className="text-right">
                <kbd className="kbd font-sans">{chordName(keys[0] ?? '')}</kbd>
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

/** In the place of a result that is not there yet. */
function NoResult() {
  const isEmpty = useDocument((state) => Object.keys(state.shown.nodes).length === 0);
  const firstRun = useDocument((state) => state.file?.example?.firstRun);
  const asked = useRunView((state) => state.asked);
  const time = firstRun === undefined ? '' : ` The first run takes ${firstRunText(firstRun)}.`;
  return (
    <p className="mt-3 text-ink-2">
      {isEmpty
        ? 'Add a node to begin.'
        : asked !== null
          ? `${isOver(asked.run) ? 'Your answers are below.' : 'Your question is being answered below.'} Run the graph to answer the questions that it holds.`
          : `Run the graph to see its result here.${time} Select a node to see its parameters and its output.`}
    </p>
  );
}

/** With nothing selected: the graph as a whole, what is wrong with it, its results, and what is asked of it. */
export function GraphSummary() {
  const path = useDocument((state) => state.file?.path);
  const body = useDocument(({ trail }) => bodyAt(trail));
  const nodes = useDocument((state) => Object.keys(state.shown.nodes).length);
  const edges = useDocument((state) => state.shown.edges.length);
  const begun = useScreen((state) => state.begun);
  const seen = useScreen((state) => state.seen);
  const results = useResults();
  if (path === undefined) {
    // Not while the first graph is on its way.
    return !begun ? null : (
      <p className="px-4 py-3 text-ink-2">Open a graph on the left, or make a new one.</p>
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-auto px-4 py-3">
      <h2 className="text-lg font-[620] tracking-[-0.01em] break-words">
        {body ?? fileTitle(path)}
      </h2>
      <p className="mt-0.5 text-ink-2">
        {plural(nodes, 'node')} · {plural(edges, 'connection')}
      </p>
      <div className="mt-3 empty:hidden">
        <DriftNotice />
      </div>
      <Problems />
      <Warnings />
      {results === undefined ? <NoResult /> : <GraphResult results={results} />}
      {/* Not before the first graph is drawn, which needs none of their scripts. */}
      {seen ? (
        <Conversation>
          <GraphFacts>{results === undefined ? <Tips /> : null}</GraphFacts>
        </Conversation>
      ) : null}
    </div>
  );
}
