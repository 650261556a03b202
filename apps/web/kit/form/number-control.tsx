import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { placeShown, HeldText } from '@graft/view';
import type { FieldProps } from './field-props.ts';
import { useScreen } from '../stores.ts';

/** Several typed values: separated by a semicolon, or by a comma and a space. `1,024` and `0,7` are one value. */
const between = /\s*;\s*|,\s+/;
/** The next value is still missing after the separator. */
const unfinished = /[,;]\s*$/;

/** Whether a text holds several values, or is about to. */
export const looksLikeSeveral = (text: string): boolean =>
  unfinished.test(text) || between.test(text.trim());

/** The values of a text without duplicates, as numbers where possible. */
export function readSeveral(text: string): readonly (string | number)[] {
  const parts = text
    .replace(unfinished, '')
    .split(between)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return [...new Set(parts.map((part) => readNumber(part) ?? part))];
}

/** Reads a typed number with spaces, thousands commas or a decimal comma; undefined for other text. */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  const plain = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(trimmed)
    ? trimmed.replaceAll(',', '')
    : trimmed.replaceAll(' ', '').replace(/^(-?\d+),(\d+)$/, '$1.$2');
  if (plain === '' || !/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return undefined;
  return Number(plain);
}

function step(field: FieldProps['field'], value: number, direction: number): number {
  const size = field.control === 'integer' ? 1 : 0.05;
  const moved = Number((value + direction * size).toFixed(6));
  return Math.min(field.max ?? Infinity, Math.max(field.min ?? -Infinity, moved));
}

/**
 * A number with its unit. It is set when typing pauses, when the field is left, and before a key that may run or save.
 * Text that is no number is kept as typed, and validation reports it. Several numbers are set when the field is left,
 * or on Enter.
 */
export function NumberControl(props: FieldProps) {
  const { field, id, value, invalid, describedBy, change, varied } = props;
  const inApp = useScreen(({ view }) => view === 'app');
  const [typed, setTyped] = useState<string>();
  /** The value before typing. */
  const before = useRef(value);
  const [held] = useState(() => new HeldText(placeShown));
  useEffect(() => () => held.take(), [held]);
  const own = value === null || value === undefined ? '' : String(value);
  const shown = typed ?? varied?.values?.map(String).join(', ') ?? own;
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
    // The first of several numbers was set as the only one.
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
    // Set first, so that undo finds it in the history.
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
        onChange={(event) => typeText(event.target.value)}
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
