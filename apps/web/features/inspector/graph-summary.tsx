import { count, plural } from '@graft/nodes/kit/ui';
import { chordName } from '../../kit/chord.ts';
import {
  commandOf,
  bodyAt,
  countProblems,
  isComing,
  isOver,
  runCommand,
  type ShownProblem,
} from '@graft/view';
import { DriftNotice } from './drift-notice.tsx';
import { useConversation, useDocument, useRunView, useScreen } from '../../kit/stores.ts';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { countText, useGraphWarnings, useProblems } from '../../api/graphs/use-problems.ts';
import { part } from '../../kit/part.tsx';
import { firstRunText, useDrift } from '../../api/runs/plan-report.ts';
import { useResults } from '../../api/runs/use-results.ts';
import { GraphResult } from './graph-result.tsx';
import { Conversation, ProblemList } from '../../kit/slots.ts';

const GraphFacts = part(() => import('./graph-facts.tsx').then((loaded) => loaded.GraphFacts));

/** Commands that people look for first. */
const tips = ['search', 'run', 'save', 'rename', 'fit', 'shortcuts'];

function Problems({ problems }: { readonly problems: readonly ShownProblem[] }) {
  const graph = useDocument((state) => state.graph);
  if (problems.length === 0) return null;
  return (
    <section className="mt-5">
      <h3 className="font-[550]">{countText(countProblems(problems, graph))}</h3>
      <div className="-mx-3.5 mt-1">
        <ProblemList problems={problems} label="Why the graph cannot run" />
      </div>
    </section>
  );
}

function Warnings({ warnings }: { readonly warnings: readonly ShownProblem[] }) {
  if (warnings.length === 0) return null;
  return (
    <section className="mt-5">
      <h3 className="font-[550]">{plural(warnings.length, 'warning')}</h3>
      <div className="-mx-3.5 mt-1">
        <ProblemList problems={warnings} label="Warnings" tone="text-ink-2" />
      </div>
    </section>
  );
}

const findingsId = 'graph-findings';

/** How many nodes there are, and how much is wrong with them, which leads to what it is. */
function Counts() {
  const nodes = useDocument((state) => state.shown.nodes);
  const edges = useDocument((state) => state.shown.edges.length);
  const graph = useDocument((state) => state.graph);
  const problems = useProblems();
  const warnings = useGraphWarnings().length;
  const drift = useDrift().length;
  const counted = countProblems(problems, graph);
  const found = [
    ...(problems.length === 0 ? [] : [countText(counted)]),
    ...(warnings === 0 ? [] : [plural(warnings, 'warning')]),
    ...(drift === 0 ? [] : [`${count(drift)} changed since locked`]),
  ].join(' · ');
  return (
    <p className="mt-0.5 flex gap-3 text-ink-2">
      <span className="shrink-0">
        {plural(Object.keys(nodes).length, 'node')} · {plural(edges, 'connection')}
      </span>
      {found === '' ? null : (
        <button
          type="button"
          className={`ml-auto min-w-0 truncate hover:underline ${counted.broken > 0 ? 'text-error' : ''}`}
          title={found}
          onClick={() => document.getElementById(findingsId)?.focus()}
        >
          {found}
        </button>
      )}
    </p>
  );
}

/**
 * What keeps the graph from running or is worth a look, else the keys. The server finds it late, and so it stands below everything
 * that can be pressed.
 */
function Findings({ tips }: { readonly tips: boolean }) {
  const problems = useProblems();
  const warnings = useGraphWarnings();
  const drift = useDrift();
  if (problems.length === 0 && warnings.length === 0 && drift.length === 0)
    return tips ? <Tips /> : null;
  return (
    <div id={findingsId} tabIndex={-1} className="outline-none">
      <Problems problems={problems} />
      <Warnings warnings={warnings} />
      <div className="mt-5 empty:hidden">
        <DriftNotice />
      </div>
    </div>
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
  const path = useDocument((state) => state.file?.path);
  // As soon as it is asked, not once the server answers, which would move what stands below.
  const isAsked = useConversation(({ file, turns }) => file === path && turns.length > 0);
  const isAnswered = useRunView(({ asked }) => asked !== null && isOver(asked.run));
  const experiments = useDocument((state) => Object.keys(state.graph.experiments ?? {}).length);
  const time = firstRun === undefined ? '' : ` The first run takes ${firstRunText(firstRun)}.`;
  return (
    <p className="mt-3 text-ink-2">
      {experiments === 0 || isAsked ? null : (
        <>
          {`This graph has ${plural(experiments, 'experiment')}: `}
          <button
            type="button"
            className="underline hover:text-ink"
            onClick={() => runCommand(commandOf('show-experiments'))}
          >
            open Experiments
          </button>
          {' to run what it compares. '}
        </>
      )}
      {isEmpty
        ? 'Add a node to begin.'
        : isAsked
          ? `${isAnswered ? 'Your answers are below.' : 'Your question is being answered below.'} Run the graph to answer the questions that it holds.`
          : `Run the graph to see its result here.${time} Select a node to see its parameters and its output.`}
    </p>
  );
}

/** With nothing selected: the graph as a whole, its results, what is asked of it, and what is wrong with it. */
export function GraphSummary() {
  const path = useDocument((state) => state.file?.path);
  const body = useDocument(({ trail }) => bodyAt(trail));
  const begun = useScreen((state) => state.begun);
  const seen = useScreen((state) => state.seen);
  const coming = useRunView(isComing);
  // Of a graph that cannot run nothing begins.
  const results = useResults({ begins: useProblems().length === 0 });
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
      <Counts />
      {coming ? null : (
        <>
          {results === undefined ? <NoResult /> : <GraphResult results={results} />}
          {/* Not before the first graph is drawn, which needs none of their scripts. */}
          {seen ? (
            <Conversation>
              <GraphFacts>
                <Findings tips={results === undefined} />
              </GraphFacts>
            </Conversation>
          ) : null}
        </>
      )}
    </div>
  );
}
