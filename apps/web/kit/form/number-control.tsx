import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { placeShown, HeldText } from '@graft/view';
import type { FieldProps } from './field-props.ts';
import { useScreen } from '../stores.ts';
import { readNumber, looksLikeSeveral, readSeveral } from './read-number.ts';
import { TextLine } from './text-controls.tsx';

function step(field: FieldProps['field'], value: number, direction: number): number {
  const size = field.control === 'integer' ? 1 : 0.05;
  const moved = Number((value + direction * size).toFixed(6));
  return Math.min(field.max ?? Infinity, Math.max(field.min ?? -Infinity, moved));
}

/**
 * A number with its unit. It is set once nobody types on, when the field is left, and before a key that may run or save; what
 * does not read as one is kept as typed, and validation says so. Several numbers are taken over as such when the field is left,
 * or with Enter.
 */
export function NumberControl(props: FieldProps) {
  const { field, id, value, invalid, describedBy, change, varied } = props;
  const inApp = useScreen(({ view }) => view === 'app');
  const [typed, setTyped] = useState<string>();
  /** What it had before anybody typed. */
  const before = useRef(value);
  const [held] = useState(() => new HeldText(placeShown));
  useEffect(() => () => held.take(), [held]);
  const one = value === null || value === undefined ? '' : String(value);
  const shown = typed ?? varied?.values?.map(String).join(', ') ?? one;
  const isHeld = (text: string): boolean => varied?.values !== undefined || looksLikeSeveral(text);
  const isSeveral = typed !== undefined && looksLikeSeveral(typed);
  const valueOf = (text: string): unknown =>
    readNumber(text) ?? (text.trim() === '' && field.nullable ? null : text);
  const typeText = (text: string): void => {
    setTyped(text);
    if (!isHeld(text)) {
      held.hold(() => change(valueOf(text)));
      return;
    }
    held.drop();
    // The first of them was taken for the only one.
    if (varied?.values === undefined && value !== before.current) change(before.current);
  };
  const takeOver = (): void => {
    held.take();
    setTyped(undefined);
    if (typed !== undefined && !isHeld(typed)) before.current = valueOf(typed);
    if (varied === undefined || typed === undefined || !isHeld(typed)) return;
    const values = readSeveral(typed);
    if (values.length > 1) varied.vary(values, before.current);
    else if (values.length === 1) varied.unvary(values[0]);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key, ctrlKey, metaKey } = event;
    // Set first, so that whoever takes back what was typed has it in the history.
    if (key === 'Escape') {
      held.take();
      setTyped(undefined);
    }
    if (key === 'Enter') takeOver();
    else if (ctrlKey || metaKey) held.take();
    if (varied?.values !== undefined || (key !== 'ArrowUp' && key !== 'ArrowDown')) return;
    const now = typed === undefined || isHeld(typed) ? value : readNumber(typed);
    if (typeof now !== 'number') return;
    event.preventDefault();
    held.drop();
    setTyped(undefined);
    change(step(field, now, key === 'ArrowUp' ? 1 : -1));
  };
  return (
    <span className="relative block">
      <TextLine
        {...{ id, invalid, describedBy }}
        inputMode="decimal"
        value={shown}
        placeholder={field.nullable ? 'not set' : undefined}
        onFocus={() => {
          before.current = value;
        }}
        change={typeText}
        onBlur={takeOver}
        onKeyDown={onKeyDown}
      />
      {!isSeveral ? null : varied === undefined ? (
        <span
          className="chip mt-1 inline-block whitespace-normal"
          data-tone="working"
          role="status"
        >
          Only one value fits here. To try several,{' '}
          {inApp
            ? 'enter them in the inspector beside the canvas.'
            : 'expose this parameter and vary it on the subgraph’s node.'}
        </span>
      ) : (
        <span className="mt-1 block text-sm" role="status">
          Press Enter to create an experiment that tries each value.
        </span>
      )}
      {field.unit === undefined || isSeveral || varied?.values !== undefined ? null : (
        <span className="pointer-events-none absolute top-[6px] right-[9px] text-ink-2">
          {field.unit}
        </span>
      )}
    </span>
  );
}
