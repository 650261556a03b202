import type { FieldProps } from './field-props.ts';
import { readNumber } from './read-number.ts';
import { TextLine } from './text-controls.tsx';
import { useTyped } from './use-typed.ts';

interface EntryProps extends Pick<FieldProps, 'value' | 'invalid' | 'change'> {
  readonly id?: string | undefined;
  readonly label: string;
  readonly describedBy?: string;
  readonly placeholder?: string;
  /** What an empty text stands for; absent: itself. */
  readonly empty?: number;
}

/** A number among others. What does not read as one is kept as typed, and validation says so. */
export function NumberEntry(props: EntryProps) {
  const { id, label, value, describedBy, placeholder, invalid, empty, change } = props;
  const read = (text: string): unknown =>
    text === '' && empty !== undefined ? empty : (readNumber(text) ?? text);
  const [typed, type] = useTyped(value, read);
  return (
    <TextLine
      {...{ id, label, placeholder, invalid, describedBy }}
      inputMode="decimal"
      value={typed ?? (value === undefined ? '' : String(value))}
      change={(text) => {
        type(text);
        change(read(text));
      }}
      onBlur={() => type(undefined)}
    />
  );
}
