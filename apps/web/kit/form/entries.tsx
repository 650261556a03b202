import { type ComponentProps, useState } from 'react';
import type { FieldProps } from './field-props.ts';
import { readNumber } from './number-control.tsx';

/** The entries of a field, one below another. */
export function EntryGroup({
  field,
  describedBy,
  ...props
}: Pick<FieldProps, 'field' | 'describedBy'> & ComponentProps<'div'>) {
  return (
    <div
      {...props}
      className="flex flex-col gap-1"
      role="group"
      aria-label={field.title}
      aria-describedby={describedBy}
    />
  );
}

/** A number in a list. Text that is no number is kept as typed, and validation reports it. */
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
