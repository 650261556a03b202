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
}

/**
 * Escape in a field gives it the value that it had when one came to it, and the focus back to the node. `turn` is another
 * number each time: what a control keeps of what was typed goes with it, where it is a part of the control's key.
 */
export function useTakeBack({ node, value, write }: Edited) {
  const came = useRef<{ readonly value: unknown; readonly mark: HistoryMark }>(undefined);
  const [turn, setTurn] = useState(0);
  const onFocus = ({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>): void => {
    if (!currentTarget.contains(relatedTarget))
      came.current = { value: value(), mark: markHistory() };
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const { current } = came;
    if (event.key !== 'Escape' || event.defaultPrevented || current === undefined) return;
    event.preventDefault();
    undoTo(current.mark);
    if (!sameJson(value(), current.value)) write(current.value);
    // Before the focus leaves it: a control may take over what is typed then.
    flushSync(() => setTurn(turn + 1));
    focusNode(node);
  };
  return { turn, events: { onFocus, onKeyDown } };
}
