import { sameJson } from '@graft/graph';
import { useRef, useState, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import { focusNode } from '../../../kit/focus.ts';
import { markHistory } from '@graft/view';

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
 * Escape leaves a field for its node. In a line it takes back what was typed there since one came to it, or last ended an edit in it: one edit, which
 * Undo takes back. A text of lines is too much to lose by a key: it stays. `turn` is another number each time something was taken back: what a control
 * keeps of what was typed goes with it, where it is a part of the control's key.
 */
export function useTakeBack({ node, value, write, settled = (as) => as }: Edited) {
  const begun = useRef<{ readonly value: unknown }>(undefined);
  const [turn, setTurn] = useState(0);
  const begin = (): void => {
    markHistory();
    begun.current = { value: value() };
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (endsEdit(event)) begin();
    const { current } = begun;
    if (event.key !== 'Escape' || event.defaultPrevented || current === undefined) return;
    event.preventDefault();
    if (!hasLines(event.target)) {
      const before = settled(current.value);
      // An edit of its own, not one with what was typed just now.
      markHistory();
      if (!sameJson(value(), before)) write(before);
      // Before the focus leaves it: a control may take over what is typed then.
      flushSync(() => setTurn(turn + 1));
    }
    focusNode(node);
  };
  return { turn, events: { onFocus: begin, onKeyDown } };
}
