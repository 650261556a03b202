import { changeGroup, groupOfKey } from '@graft/graph';
import type { NodeProps } from '@xyflow/react';
import { memo, useEffect, useRef } from 'react';
import { provideCarry } from '../flow-nodes.ts';
import { drawAs } from '../viewport.ts';
import { useDocument, useOverlay } from '../../../kit/stores.ts';
import { carry } from './carry.ts';
import { focusWhenShown } from '../../../kit/note-field.tsx';
import { ResizeHandle } from './resize-handle.tsx';

provideCarry(carry);

const least = { width: 120, height: 80 };

function TitleField({ id, title }: { readonly id: string; readonly title: string }) {
  const field = useRef<HTMLInputElement>(null);
  const left = useRef(false);
  useEffect(() => {
    field.current?.select();
    return focusWhenShown(field.current);
  }, []);
  const leave = (keep: boolean): void => {
    if (left.current) return;
    left.current = true;
    const written = field.current?.value.trim() ?? '';
    if (keep && written !== '')
      useDocument.getState().edit((graph) => changeGroup(graph, id, { title: written }));
    useOverlay.getState().show({ renamingNode: null });
  };
  return (
    <input
      ref={field}
      className="group-title nodrag nopan nokey rounded-sm bg-paper outline-2 outline-accent"
      aria-label="Title of the group"
      defaultValue={title}
      onBlur={() => leave(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') leave(true);
        if (event.key === 'Escape') leave(false);
      }}
    />
  );
}

/** A titled frame behind the cards. Dragging its head moves what it holds; a double click or F2 edits its title. */
export const GroupFrame = memo(function GroupFrame({ id: key, selected }: NodeProps) {
  const id = groupOfKey(key) ?? '';
  const title = useDocument(({ shown }) => shown.groups?.[id]?.title);
  const writing = useOverlay((state) => state.renamingNode === key);
  if (title === undefined) return null;
  return (
    <section
      className="canvas-group"
      data-selected={selected}
      data-testid={`group-${id}`}
      aria-label={title}
    >
      <header
        className="group-head"
        onDoubleClick={() => useOverlay.getState().show({ renamingNode: key })}
      >
        {writing ? (
          <TitleField id={id} title={title} />
        ) : (
          <span className="group-title">{title}</span>
        )}
      </header>
      <ResizeHandle
        {...{ of: key, label: `Resize the group ${title}`, least }}
        draw={(size) => drawAs(key, size)}
        keep={(size) =>
          useDocument.getState().edit((graph) => changeGroup(graph, id, size), `size ${key}`)
        }
        redraw={() => {
          const { width, height } = useDocument.getState().shown.groups?.[id] ?? least;
          drawAs(key, { width, height });
        }}
      />
    </section>
  );
});
