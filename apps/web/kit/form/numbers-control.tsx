import { CloseIcon, PlusIcon } from '../icons.tsx';
import { NumberEntry, EntryGroup } from './entries.tsx';
import { isWrongEntry, type FieldProps } from './field-props.ts';

/** A list of numbers, one in a row. */
export function NumbersControl(props: FieldProps) {
  const { field, id, value, describedBy, change } = props;
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return (
    <EntryGroup {...{ field, describedBy }}>
      {list.map((number, index) => (
        <div key={index} className="flex items-center gap-1">
          <NumberEntry
            id={index === 0 ? id : undefined}
            label={`${field.title}, row ${index + 1}`}
            value={number}
            invalid={isWrongEntry(props, index)}
            change={(next) => change(list.with(index, next))}
          />
          <button
            type="button"
            className="icon-button shrink-0"
            aria-label={`Remove row ${index + 1} of ${field.title}`}
            onClick={() => change(list.toSpliced(index, 1))}
          >
            <CloseIcon />
          </button>
        </div>
      ))}
      <button
        type="button"
        id={list.length === 0 ? id : undefined}
        className="button small self-start"
        aria-label={`Add to ${field.title}`}
        onClick={() => change([...list, field.min ?? 0])}
      >
        <PlusIcon /> Add
      </button>
    </EntryGroup>
  );
}
