import { useDocument, useRunView, usePath, useShape } from '../../kit/stores.ts';
import { shownStep, untitled } from '@graft/view';
import { useOutdated } from '../../api/runs/use-outdated.ts';
import { useProblemAt } from '../../api/graphs/use-problems.ts';
import { familyColour } from '../../kit/node-types.ts';

/** What the near and the far view both show of a node, and the name of its card. */
export function useCard(id: string) {
  const node = useDocument((state) => state.shown.nodes[id]);
  const path = usePath(id);
  const step = useRunView((state) => shownStep(state, path));
  const isPast = useDocument(({ past }) => past !== null);
  const found = useProblemAt(id);
  // Problems of the present graph do not apply to a past one.
  const { problem, incomplete = false } = (isPast ? undefined : found) ?? {};
  const outdated = useOutdated(step?.error, path);
  const look = useShape(node);
  const off = node?.bypass === true;
  const title = node === undefined ? id : untitled(id, node);
  const card = {
    style: { '--c': familyColour(look?.group) },
    'data-problem':
      (problem !== undefined && !incomplete) || (step?.status === 'failed' && !outdated),
    'data-incomplete': incomplete,
    'data-off': off,
    'data-testid': `node-${id}`,
    'data-status': step?.status ?? 'idle',
    'aria-label': `${node?.title ?? title}, ${id}`,
  };
  return { node, path, step, problem, incomplete, outdated, look, off, title, card };
}
