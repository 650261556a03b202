import { reachable } from '@graft/graph';
import { findProblems } from '../graphs/check-graph.ts';
import {
  documentStore,
  openPanel,
  problemPath,
  problemPlace,
  screenStore,
  whileComing,
  type Notice,
} from '@graft/view';
import { goTo } from '../graphs/navigation.ts';
import { usePlan } from './plan-store.ts';

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

/** Models that a run waits for: they are being downloaded. `words` say so. */
export interface AwaitedModels {
  readonly models: readonly string[];
  readonly words: string;
}

/**
 * Whether the drawn graph can run, or up to these nodes; where it cannot, the notice says why. Checked before saving: the
 * server would refuse the run after it. The server reports what the page cannot check.
 */
export async function readiness(
  only?: readonly string[],
): Promise<'ready' | 'refused' | AwaitedModels> {
  const { file, graph } = documentStore.getState();
  const found = await findProblems(graph).catch(() => []);
  const all = whileComing(found, graph, usePlan.getState().coming);
  const needed =
    only === undefined
      ? undefined
      : reachable(
          graph.edges,
          only.flatMap((path) => path.split('/', 1)),
          'before',
        );
  const hindering = all.filter(({ location: { graph: body, path, node } }) => {
    if (needed === undefined) return true;
    const [at] = (path ?? (body === undefined ? node : undefined) ?? '').split('/', 1);
    return at !== undefined && needed.has(at);
  });
  const awaited = hindering.flatMap(({ coming }) => coming ?? []);
  const problems = hindering.filter(({ coming }) => coming === undefined);
  const [first] = problems;
  if (first === undefined) {
    const models = [...new Set(awaited)];
    if (models.length === 0) return 'ready';
    const are = models.length === 1 ? 'is' : 'are';
    return { models, words: `${models.join(', ')} ${are} being downloaded.` };
  }
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
  return 'refused';
}
