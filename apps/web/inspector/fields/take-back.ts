import { sameJson } from '@graft/graph';
import { useRef, useState, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import { focusNode } from '../../canvas/focus-node.ts';
import { markHistory, undoTo, type HistoryMark } from '../../state/document-store.ts';

interface Edited {
  /** The node that the field is of. */
  readonly node: string;
  /** As it stands in the graph. */
  value(): unknown;
  write(value: unknown): void;
  /** What is left of a value that was taken back: a row that was just added is none. */
  settled?(value: unknown): unknown;
}

/** Whether what is typed into is a text of lines. */
const hasLines = (target: EventTarget): boolean =>
  target instanceof HTMLElement && target.closest('textarea, [contenteditable]') !== null;

/** Whether a key takes what was typed for good: Enter, but for a new line of a text, and those that run or save. */
function endsEdit({ key, ctrlKey, metaKey, target }: KeyboardEvent): boolean {
  const held = ctrlKey || metaKey;
  if (key === 'Enter') return held || !hasLines(target);
  return held && key.toLowerCase() === 's';
}

/**
 * Escape in a field gives it the value that it had when one came to it, or to this entry of it, or last ended an edit there, and the focus back to the
 * node. `turn` is another number each time: what a control keeps of what was typed goes with it, where it is a part of the control's key.
 */
export function useTakeBack({ node, value, write, settled = (as) => as }: Edited) {
  const begun = useRef<{ readonly value: unknown; readonly mark: HistoryMark }>(undefined);
  const [turn, setTurn] = useState(0);
  const begin = (): void => {
    begun.current = { value: value(), mark: markHistory() };
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (endsEdit(event)) begin();
    const { current } = begun;
    if (event.key !== 'Escape' || event.defaultPrevented || current === undefined) return;
    event.preventDefault();
    undoTo(current.mark);
    const before = settled(current.value);
    if (!sameJson(value(), before)) write(before);
    // Before the focus leaves it: a control may take over what is typed then.
    flushSync(() => setTurn(turn + 1));
    focusNode(node);
  };
  return { turn, events: { onFocus: begin, onKeyDown } };
}
