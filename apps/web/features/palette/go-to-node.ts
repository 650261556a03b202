import { action, titleAmong } from '@graft/view';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { rank } from '../../kit/rank.ts';

/** As many as can be told apart at a glance. */
const most = 12;

/** Selects a node of the graph that is shown, and brings it into sight: its card, or its cell. The focus follows. */
export function goToNode(id: string): void {
  useScreen.getState().select([id]);
  action('bringIntoSight')(id);
}

/** The nodes of the graph that is shown which are called what is typed, by title or id, the best first. */
export function nodesCalled(
  search: string,
): readonly { id: string; title: string; value: string }[] {
  if (search.trim() === '') return [];
  const { nodes } = useDocument.getState().shown;
  return Object.keys(nodes)
    .map((id) => {
      const title = titleAmong(id, nodes);
      return { id, title, value: `go to ${title} ${id}` };
    })
    .filter(({ value }) => rank(value, search) > 0)
    .toSorted((a, b) => rank(b.value, search) - rank(a.value, search))
    .slice(0, most);
}
