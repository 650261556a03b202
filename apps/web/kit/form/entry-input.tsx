import { useState } from 'react';
import { readNumber } from './read-number.ts';

/** A number in a list. What does not read as one is kept as typed, and validation says so. */
export function NumberEntry(props: {
  readonly id?: string | undefined;
  readonly label: string;
  readonly value: unknown;
  readonly placeholder?: string;
  readonly invalid: boolean;
  readonly change: (value: unknown) => void;
}) {
  const { id, label, value, placeholder, invalid, change } = props;
  const [typed, setTyped] = useState<string>();
  return (
    <input
      id={id}
      className="field tabular-nums"
      inputMode="decimal"
      value={typed ?? (value === undefined ? '' : String(value))}
      placeholder={placeholder}
      aria-label={label}
      aria-invalid={invalid}
      autoComplete="off"
      onChange={(event) => {
        const text = event.target.value;
        setTyped(text);
        change(readNumber(text) ?? text);
      }}
      onBlur={() => setTyped(undefined)}
    />
  );
}
