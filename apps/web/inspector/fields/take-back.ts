import { sameJson } from '@graft/graph';
import { useRef, useState, type FocusEvent, type KeyboardEvent } from 'react';
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

/** Of a list each entry is come to for itself. */
const entry = '[role="group"] input';

/**
 * Escape in a field, or in an entry of a list, gives it the value that it had when one came to it, and the focus back to the node. `turn` is another
 * number each time: what a control keeps of what was typed goes with it, where it is a part of the control's key.
 */
export function useTakeBack({ node, value, write, settled = (as) => as }: Edited) {
  const came = useRef<{ readonly value: unknown; readonly mark: HistoryMark }>(undefined);
  const [turn, setTurn] = useState(0);
  const onFocus = ({ currentTarget, target, relatedTarget }: FocusEvent<HTMLElement>): void => {
    if (!currentTarget.contains(relatedTarget) || target.matches(entry))
      came.current = { value: value(), mark: markHistory() };
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const { current } = came;
    if (event.key !== 'Escape' || event.defaultPrevented || current === undefined) return;
    event.preventDefault();
    undoTo(current.mark);
    const before = settled(current.value);
    if (!sameJson(value(), before)) write(before);
    // Before the focus leaves it: a control may take over what is typed then.
    flushSync(() => setTurn(turn + 1));
    focusNode(node);
  };
  return { turn, events: { onFocus, onKeyDown } };
}
