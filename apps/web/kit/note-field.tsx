import { changeNote, noteKey } from '@graft/graph';
import { useEffect, useRef } from 'react';
import { markHistory, leaveEmpty } from '@graft/view';
import { useDocument, useOverlay } from './stores.ts';

/** Frames that a card may take to be shown: it is measured first, and hidden until then. */
const patience = 60;

/** Gives a field the focus as soon as it can have it. Returns what ends the waiting. */
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
 * Where a note is written. What is typed is in the graph at once, so that nothing of it can be lost; Escape, Ctrl and Enter, or
 * a click elsewhere end it, and undo takes it back. One left without words goes.
 */
export function NoteField({ id }: { readonly id: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = useDocument(({ shown }) => shown.notes?.[id]?.text ?? '');
  useEffect(() => {
    // What is written now is undone by itself.
    markHistory();
    const { current } = field;
    current?.setSelectionRange(current.value.length, current.value.length);
    return focusWhenShown(current);
  }, []);
  const leave = (): void => {
    const { renamingNode, show } = useOverlay.getState();
    // Another one may be written in by now.
    if (renamingNode === noteKey(id)) show({ renamingNode: null });
    if (text.trim() === '') leaveEmpty(id);
  };
  return (
    <textarea
      ref={field}
      // The renderer would drag the note, or take keys and scrolling for itself.
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
        // Those of commands that are meant while typing too: Ctrl+S saves what is written, and one writes on.
        if (ends || !isHeld) event.stopPropagation();
        if (!ends) return;
        event.preventDefault();
        leave();
      }}
    />
  );
}
