import { noteKey } from '@graft/graph';
import { useRef, type KeyboardEvent } from 'react';
import { deleteKeys, undo, action } from '@graft/view';
import { matches } from '../../kit/chord.ts';
import { Markdown } from '../../kit/markdown.tsx';
import { openMenu } from '../../kit/open-menu.ts';
import { NoteField } from '../../kit/note-field.tsx';
import { useDocument, useOverlay, useScreen } from '../../kit/stores.ts';
import { cellAct, useKeyBefore, type CellStep } from './cell-act.ts';

interface ProseCellProps {
  readonly id: string;
  readonly move: (from: Element, step: CellStep) => void;
}

/** A note between the cells: Enter or a double click writes in it. */
export function ProseCell({ id, move }: ProseCellProps) {
  const key = noteKey(id);
  const cell = useRef<HTMLElement>(null);
  const keyBefore = useKeyBefore();
  const text = useDocument(({ shown }) => shown.notes?.[id]?.text);
  const writing = useOverlay((state) => state.renamingNode === key);
  const selected = useScreen(({ selection }) => selection.length === 1 && selection[0] === key);
  if (text === undefined) return null;
  const write = (): void => useOverlay.getState().show({ renamingNode: key });
  const onKey = (event: KeyboardEvent<HTMLElement>): void => {
    const { target } = event;
    if (!(target instanceof Element) || target !== cell.current) return;
    const step = event.key === 'ArrowUp' ? -1 : 1;
    if (matches('alt+arrowup', event) || matches('alt+arrowdown', event)) {
      action('moveProse')(id, step);
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const before = keyBefore(event);
    const act = event.key === 'F2' ? 'open' : cellAct(event, { target, isCell: true, before });
    if (act === 'open') write();
    else if (act === 'next') move(target, 1);
    else if (act === 'previous') move(target, -1);
    else if (act === 'undo') undo();
    else if (act === 'delete') {
      move(target, 'away');
      deleteKeys([key]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section
      ref={cell}
      className="prose-cell"
      data-cell={key}
      data-testid={`prose-${id}`}
      data-selected={selected}
      tabIndex={0}
      aria-label={`Note: ${text.trim().slice(0, 80) || 'empty'}`}
      onFocus={() => useScreen.getState().select([key])}
      onDoubleClick={writing ? undefined : write}
      onKeyDown={onKey}
      onContextMenu={(event) => {
        const { target, clientX: x, clientY: y } = event;
        // Of words that are selected it is the browser's own.
        if (!(target instanceof Element) || getSelection()?.isCollapsed === false) return;
        if (openMenu(target, { x, y })) event.preventDefault();
      }}
    >
      {writing ? (
        <NoteField id={id} />
      ) : text === '' ? (
        <p className="text-ink-2">Double-click to write</p>
      ) : (
        <Markdown text={text} level={2} />
      )}
    </section>
  );
}
