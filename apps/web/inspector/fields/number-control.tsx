import { useRef, useState } from 'react';
import type { FieldProps } from './field-props.ts';
import { useScreen } from '../../state/screen-store.ts';
import { readNumber } from './read-number.ts';
import { looksLikeSeveral, readSeveral } from './several-values.ts';

function step(field: FieldProps['field'], value: number, direction: number): number {
  const size = field.control === 'integer' ? 1 : 0.05;
  const moved = Number((value + direction * size).toFixed(6));
  return Math.min(field.max ?? Infinity, Math.max(field.min ?? -Infinity, moved));
}

/**
 * A number with its unit. What does not read as one is kept as typed, and validation says so. Several numbers are taken
 * over as such when the field is left, or with Enter.
 */
export function NumberControl(props: FieldProps) {
  const { field, id, value, invalid, describedBy, change, varied } = props;
  const inApp = useScreen(({ view }) => view === 'app');
  const [typed, setTyped] = useState<string>();
  /** What it had before anybody typed. */
  const before = useRef(value);
  const one = value === null || value === undefined ? '' : String(value);
  const shown = typed ?? varied?.values?.map(String).join(', ') ?? one;
  const isHeld = (text: string): boolean => varied?.values !== undefined || looksLikeSeveral(text);
  const isSeveral = typed !== undefined && looksLikeSeveral(typed);
  const takeOver = (): void => {
    setTyped(undefined);
    if (varied === undefined || typed === undefined || !isHeld(typed)) return;
    const values = readSeveral(typed);
    if (values.length > 1) varied.vary(values, before.current);
    else if (values.length === 1) varied.unvary(values[0]);
  };
  return (
    <span className="relative block">
      <input
        id={id}
        className="field tabular-nums"
        inputMode="decimal"
        value={shown}
        placeholder={field.nullable ? 'not set' : undefined}
        aria-invalid={invalid}
        aria-describedby={describedBy}
        autoComplete="off"
        onFocus={() => {
          before.current = value;
        }}
        onChange={(event) => {
          const text = event.target.value;
          setTyped(text);
          if (isHeld(text)) return;
          const number = readNumber(text);
          if (number !== undefined) change(number);
          else change(text.trim() === '' && field.nullable ? null : text);
        }}
        onBlur={takeOver}
        onKeyDown={(event) => {
          if (event.key === 'Enter') takeOver();
          if (varied?.values !== undefined) return;
          if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
          if (typeof value !== 'number') return;
          event.preventDefault();
          setTyped(undefined);
          change(step(field, value, event.key === 'ArrowUp' ? 1 : -1));
        }}
      />
      {!isSeveral ? null : varied === undefined ? (
        <span
          className="chip mt-1 inline-block whitespace-normal"
          data-tone="working"
          role="status"
        >
          One value here: to try several,{' '}
          {inApp
            ? 'type them into the node on the canvas.'
            : 'expose it, and vary it on the node that uses this graph.'}
        </span>
      ) : (
        <span className="mt-1 block text-sm" role="status">
          Press Enter for an experiment that tries each of these values.
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
