import { plural } from '@graft/nodes/kit/ui';
import {
  type ShownProblem,
  isIncomplete,
  problemPlace,
  alike,
  problemPath,
  action,
} from '@graft/view';
import { OpenSettings } from '../../kit/open-settings.tsx';
import { useDocument } from '../../kit/stores.ts';
import { bodyOf, withBody, type BodyId, type Graph } from '@graft/graph';

function show(problem: ShownProblem): void {
  const path = problemPath(problem, useDocument.getState());
  if (path !== undefined) action('showNode')(path, 'parameters');
}

interface Toned {
  /** Colour of all; absent: that of an error, where it is one. */
  readonly tone?: string | undefined;
}

function Row({ problem, ...given }: Toned & { readonly problem: ShownProblem }) {
  const graph = useDocument((state) => state.graph);
  const tone = given.tone ?? (isIncomplete(problem, graph) ? 'text-ink-2' : 'text-error');
  const place = problemPlace(problem, graph);
  const isThere = useDocument((state) => problemPath(problem, state) !== undefined);
  const line = (
    <>
      {place === undefined ? null : <span className="font-[550]">{place}: </span>}
      {problem.message}
    </>
  );
  return (
    <li className={`flex items-baseline gap-3 px-3.5 py-0.5 ${tone}`}>
      {isThere ? (
        <button
          type="button"
          className="min-w-0 text-left hover:underline"
          onClick={() => show(problem)}
        >
          {line}
        </button>
      ) : (
        <p className="min-w-0">{line}</p>
      )}
      {problem.code === 'unknown-node' ? (
        <button type="button" className="button small" onClick={removeLooseEdges}>
          Remove broken connections
        </button>
      ) : null}
      <OpenSettings message={problem.message} />
    </li>
  );
}

/** One line for a problem that many nodes share. */
function Alike({ problems, ...given }: Toned & { readonly problems: readonly ShownProblem[] }) {
  const [first] = problems;
  const graph = useDocument((state) => state.graph);
  if (first === undefined) return null;
  const tone = given.tone ?? (isIncomplete(first, graph) ? 'text-ink-2' : 'text-error');
  return (
    <li>
      <details>
        <summary className={`cursor-default px-3.5 py-0.5 ${tone}`}>
          <span className="font-[550]">{plural(problems.length, 'place')}: </span>
          {first.message}
        </summary>
        <ul className="pl-4">
          {problems.map((problem, index) => (
            <Row key={index} problem={problem} {...given} />
          ))}
        </ul>
      </details>
    </li>
  );
}

/** What keeps the graph from running, or is worth a look, with links to the nodes; a problem of many nodes takes one line. */
export function ProblemList({
  problems,
  label = 'Problems',
  tone,
}: Toned & {
  readonly problems: readonly ShownProblem[];
  readonly label?: string;
}) {
  return (
    <ul className="min-h-0 flex-1 overflow-auto" aria-label={label}>
      {alike(problems).map((group, index) =>
        group.length > 1 ? (
          <Alike key={index} problems={group} tone={tone} />
        ) : (
          group.map((problem) => <Row key={index} problem={problem} tone={tone} />)
        ),
      )}
    </ul>
  );
}

function withoutLoose(graph: Graph, at: BodyId): Graph {
  const body = bodyOf(graph, at);
  const edges = body.edges.filter(
    ({ source, target }) => Object.hasOwn(body.nodes, source) && Object.hasOwn(body.nodes, target),
  );
  return edges.length === body.edges.length ? graph : withBody(graph, at, { ...body, edges });
}

/** Removes edges to missing nodes, which the canvas cannot show. One undoable edit. */
function removeLooseEdges(): void {
  useDocument
    .getState()
    .editFile((graph) =>
      [undefined, ...Object.keys(graph.graphs ?? {})].reduce(withoutLoose, graph),
    );
}
