import { reachable } from '@graft/graph';
import { findProblems } from '../graphs/check-graph.ts';
import {
  documentStore,
  openPanel,
  problemPath,
  problemPlace,
  screenStore,
  type Notice,
} from '@graft/view';
import { goTo } from '../graphs/navigation.ts';

/** The most problems in one notice. */
const mostTold = 3;

type Placed = Parameters<typeof problemPath>[0];

function show(problem: Placed): void {
  const path = problemPath(problem, documentStore.getState());
  if (path === undefined) return;
  goTo(path);
  openPanel('inspector');
  screenStore.getState().show({ inspectorTab: 'parameters' });
}

/** A button that leads to where a problem is; nothing for one that is nowhere on the canvas. */
export function wayTo(problem: Placed | undefined): Pick<Notice, 'action'> {
  if (problem === undefined || problemPath(problem, documentStore.getState()) === undefined)
    return {};
  return { action: { label: 'Show problem', run: () => show(problem) } };
}

/**
 * Whether the drawn graph cannot run, or not up to these nodes; the notice says why. Checked before saving: the server
 * would refuse the run after it. The server reports what the page cannot check.
 */
export async function isRefused(only?: readonly string[]): Promise<boolean> {
  const { file, graph } = documentStore.getState();
  const all = await findProblems(graph).catch(() => []);
  const needed =
    only === undefined
      ? undefined
      : reachable(
          graph.edges,
          only.flatMap((path) => path.split('/', 1)),
          'before',
        );
  const problems = all.filter(({ location: { graph: body, path, node } }) => {
    if (needed === undefined) return true;
    const [at] = (path ?? (body === undefined ? node : undefined) ?? '').split('/', 1);
    return at !== undefined && needed.has(at);
  });
  const [first] = problems;
  if (first === undefined) return false;
  const lines = problems.slice(0, mostTold).map((problem) => {
    const place = problemPlace(problem, graph);
    return place === undefined ? problem.message : `${place}: ${problem.message}`;
  });
  const more = problems.length - lines.length;
  screenStore.getState().notify({
    ...{ tone: 'error', until: 'run' },
    ...(file === null ? {} : { about: file.path }),
    message: [...lines, ...(more > 0 ? [`And ${String(more)} more.`] : [])].join('\n'),
    ...wayTo(first),
  });
  return true;
}
