import { noteKey } from '@graft/graph';
import { announce } from '@graft/view';
import { useDocument } from '../../kit/stores.ts';
import { movedProse, type ProseStep } from './moved-prose.ts';

/** Whether a note can go up or down on the page. */
export function canMoveProse(id: string, step: ProseStep): boolean {
  return movedProse(useDocument.getState().shown, id, step) !== undefined;
}

/** Moves a note up or down on the page, and leaves the focus on it. */
export function moveProse(id: string, step: ProseStep): void {
  const { shown, edit } = useDocument.getState();
  if (!canMoveProse(id, step)) return;
  edit((graph) => movedProse(graph, id, step) ?? graph);
  if (useDocument.getState().shown === shown) return;
  announce(step < 0 ? 'Moved the note up.' : 'Moved the note down.');
  // It is drawn anew where it has come to.
  requestAnimationFrame(() => {
    const cell = document.querySelector<HTMLElement>(`[data-cell="${CSS.escape(noteKey(id))}"]`);
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: 'nearest' });
  });
}
