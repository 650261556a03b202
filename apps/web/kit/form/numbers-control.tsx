import { NumberEntry } from './entry-input.tsx';
import { AddButton, EntryGroup, EntryRow } from './entry-group.tsx';
import { isWrongEntry, type FieldProps } from './field-props.ts';

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
