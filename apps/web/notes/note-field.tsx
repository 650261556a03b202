import { changeNote, noteKey, removeNodes } from '@graft/graph';
import { useEffect, useRef } from 'react';
import { useDocument } from '../state/document-store.ts';
import { useOverlay } from '../state/overlay-store.ts';
import { focusWhenShown } from './focus-when-shown.ts';

/** Where a note is written: left, or by Ctrl and Enter, it is kept, by Escape dropped. One left without words goes. */
export function NoteField({ id }: { readonly id: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const left = useRef(false);
  const text = useDocument(({ shown }) => shown.notes?.[id]?.text ?? '');
  useEffect(() => {
    const { current } = field;
    current?.setSelectionRange(current.value.length, current.value.length);
    return focusWhenShown(current);
  }, []);
  const leave = (keep: boolean): void => {
    if (left.current) return;
    left.current = true;
    const written = keep ? (field.current?.value ?? text) : text;
    useDocument
      .getState()
      .edit((graph) =>
        written.trim() === ''
          ? removeNodes(graph, [noteKey(id)])
          : changeNote(graph, id, { text: written }),
      );
    useOverlay.getState().show({ renamingNode: null });
  };
  return (
    <textarea
      ref={field}
      // The renderer would drag the note, or take keys and scrolling for itself.
      className="note-field nodrag nopan nokey nowheel"
      aria-label="Note, in Markdown"
      placeholder="Write in Markdown"
      defaultValue={text}
      onBlur={() => leave(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        const keeps = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
        if (!keeps && event.key !== 'Escape') return;
        event.preventDefault();
        leave(keeps);
      }}
    />
  );
}
