import { changeNote, noteKey } from '@graft/graph';
import { useEffect, useRef } from 'react';
import { markHistory, leaveEmpty } from '@graft/view';
import { useDocument, useOverlay } from './stores.ts';

/** Frames to wait for a card: it is measured, hidden, before it is shown. */
const patience = 60;

/** Focuses a field as soon as possible. Returns the stop function. */
export function focusWhenShown(field: HTMLTextAreaElement | HTMLInputElement | null): () => void {
  let waiting = 0;
  const look = (tries: number): void => {
    field?.focus({ preventScroll: true });
    if (field === null || document.activeElement === field || tries === 0) return;
    waiting = requestAnimationFrame(() => look(tries - 1));
  };
  look(patience);
  return () => cancelAnimationFrame(waiting);
}

/**
 * The text field of a note. Each key changes the graph at once, so that nothing gets lost. Escape, Ctrl+Enter or a
 * click elsewhere end it; undo reverts it as a whole. An empty note disappears.
 */
export function NoteField({ id }: { readonly id: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = useDocument(({ shown }) => shown.notes?.[id]?.text ?? '');
  useEffect(() => {
    // This text is its own step of the history.
    markHistory();
    const { current } = field;
    current?.setSelectionRange(current.value.length, current.value.length);
    return focusWhenShown(current);
  }, []);
  const leave = (): void => {
    const { renamingNode, show } = useOverlay.getState();
    // Another note may be in edit by now.
    if (renamingNode === noteKey(id)) show({ renamingNode: null });
    if (text.trim() === '') leaveEmpty(id);
  };
  return (
    <textarea
      ref={field}
      // React Flow would drag the note, and take keys and scrolling.
      className="note-field nodrag nopan nokey nowheel"
      aria-label="Note, in Markdown"
      placeholder="Write in Markdown; press Esc when done"
      value={text}
      onChange={({ target }) =>
        useDocument
          .getState()
          .edit((graph) => changeNote(graph, id, { text: target.value }), `note ${id}`)
      }
      onBlur={leave}
      onKeyDown={(event) => {
        const isHeld = event.ctrlKey || event.metaKey;
        const ends = event.key === 'Escape' || (event.key === 'Enter' && isHeld);
        // Keys of commands that work while typing: Ctrl+S saves, and typing goes on.
        if (ends || !isHeld) event.stopPropagation();
        if (!ends) return;
        event.preventDefault();
        leave();
      }}
    />
  );
}
