import { AddButton, EntryGroup, EntryRow } from './entry-group.tsx';
import { isWrongEntry, type FieldProps } from './field-props.ts';
import { readNumber } from './read-number.ts';
import { TextLine, useTyped } from './text-controls.tsx';

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

/** A list of numbers, one a row. */
export function NumbersControl(props: FieldProps) {
  const { field, id, value, describedBy, change } = props;
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return (
    <EntryGroup {...{ field, describedBy }}>
      {list.map((number, index) => (
        <EntryRow
          key={index}
          name={`row ${index + 1} of ${field.title}`}
          remove={() => change(list.toSpliced(index, 1))}
        >
          <NumberEntry
            id={index === 0 ? id : undefined}
            label={`${field.title}, row ${index + 1}`}
            value={number}
            invalid={isWrongEntry(props, index)}
            change={(next) => change(list.with(index, next))}
          />
        </EntryRow>
      ))}
      <AddButton
        id={list.length === 0 ? id : undefined}
        label={`Add to ${field.title}`}
        onClick={() => change([...list, field.min ?? 0])}
      />
    </EntryGroup>
  );
}
