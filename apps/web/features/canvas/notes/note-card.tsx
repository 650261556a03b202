import { changeNote, noteKey, noteOfKey } from '@graft/graph';
import type { NodeProps } from '@xyflow/react';
import { memo, useLayoutEffect, useRef, useState } from 'react';
import { noteHeight } from '../flow-annotations.ts';
import { drawAs } from '../viewport.ts';
import { roomBelow } from '../drawn-frames.ts';
import { useDocument, useOverlay } from '../../../kit/stores.ts';
import { Markdown } from '../../../kit/markdown.tsx';
import { NoteField } from '../../../kit/note-field.tsx';
import { ResizeHandle } from './resize-handle.tsx';

const least = { width: 100, height: 44 };

function redrawNote(id: string): void {
  const { width, height = least.height } = useDocument.getState().shown.notes?.[id] ?? least;
  drawAs(noteKey(id), { width, style: noteHeight(Math.max(height, least.height)) });
}

/** What a note says; a long one is scrolled within. */
function NoteText({ text }: { readonly text: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [isLong, setLong] = useState(false);
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const look = (): void => setLong(current.scrollHeight > current.clientHeight + 1);
    const sizes = new ResizeObserver(look);
    sizes.observe(current);
    look();
    return () => sizes.disconnect();
  }, [text]);
  // The wheel scrolls it then, and the keys that scroll, once it has the focus.
  const scrolled = { tabIndex: 0, role: 'region', 'aria-label': 'Text of the note' };
  return (
    <div
      ref={box}
      className={isLong ? 'note-text nowheel' : 'note-text'}
      {...(isLong ? scrolled : {})}
    >
      <Markdown text={text} />
    </div>
  );
}

/** A note on the canvas: a double click, Enter or F2 writes in it. */
export const NoteCard = memo(function NoteCard({ id: key, selected }: NodeProps) {
  const id = noteOfKey(key) ?? '';
  const text = useDocument(({ shown }) => shown.notes?.[id]?.text);
  const room = useDocument(({ shown }) => roomBelow(shown, id));
  const writing = useOverlay((state) => state.renamingNode === key);
  if (text === undefined) return null;
  const write = (): void => useOverlay.getState().show({ renamingNode: key });
  return (
    <article
      className="note"
      data-selected={selected}
      data-testid={`note-${id}`}
      style={room === Infinity ? undefined : { '--note-room': `${String(room)}px` }}
      onDoubleClick={writing ? undefined : write}
    >
      {writing ? (
        <NoteField id={id} />
      ) : text === '' ? (
        <p className="text-ink-2">Double-click to write</p>
      ) : (
        <NoteText text={text} />
      )}
      <ResizeHandle
        {...{ of: key, label: 'Resize the note', least }}
        draw={({ width, height }) => drawAs(key, { width, style: noteHeight(height) })}
        keep={(size) =>
          useDocument.getState().edit((graph) => changeNote(graph, id, size), `size ${key}`)
        }
        redraw={() => redrawNote(id)}
      />
    </article>
  );
});
