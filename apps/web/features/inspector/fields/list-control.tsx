import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { PathInput } from './path-input.tsx';
import { AddButton, EntryGroup, EntryRow } from '../../../kit/form/entry-group.tsx';
import { TextLine } from '../../../kit/form/text-controls.tsx';
import { isWrongEntry, type FieldProps } from '../../../kit/form/field-props.ts';

const asList = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** A list of texts without the rows in which nothing stands; any other value as it is. */
export const withoutEmptyRows = (value: unknown): unknown =>
  Array.isArray(value) ? value.filter((text) => text !== '') : value;

/** A list of texts, one a row. Enter adds a row after one that says something, Backspace in an empty one removes it, and so does going elsewhere. */
export function ListControl({
  besideAdd,
  ...props
}: FieldProps & { readonly besideAdd?: ReactNode }) {
  const { field, id, value, describedBy, change } = props;
  const entries = asList(value);
  /** Where a row stands that was added, and in which nothing is typed yet: it is no part of the value. */
  const [added, setAdded] = useState<number | null>(null);
  // Files are typed at once, where there is none yet.
  const first = entries.length === 0 && field.control === 'files' ? 0 : null;
  const blank = added === null ? first : Math.min(added, entries.length);
  const list = blank === null ? entries : entries.toSpliced(blank, 0, '');
  const inValue = (index: number): number => (blank !== null && index > blank ? index - 1 : index);
  const rows = useRef<HTMLDivElement>(null);
  const focusRow = (index: number): void => {
    rows.current?.querySelectorAll('input')[index]?.focus();
  };
  // Drawn and focused at once: the next key is meant for the row.
  const insert = (index: number): void => {
    flushSync(() => setAdded(inValue(index)));
    focusRow(inValue(index));
  };
  const remove = (index: number): void => {
    flushSync(() => {
      if (index === blank) setAdded(null);
      else change(entries.toSpliced(inValue(index), 1));
    });
    focusRow(Math.max(0, index - 1));
  };
  const entryOf = (text: string, index: number) => {
    const entry = {
      id: index === 0 ? id : undefined,
      value: text,
      label: `${field.title}, row ${index + 1}`,
      invalid: index !== blank && isWrongEntry(props, inValue(index)),
      onKeyDown: (event: KeyboardEvent): void => {
        // Ctrl+Enter runs.
        const held = event.ctrlKey || event.metaKey;
        if (event.key === 'Enter' && !held && text !== '') insert(index + 1);
        else if (
          event.key === 'Backspace' &&
          text === '' &&
          (entries.length > 0 || added !== null)
        ) {
          event.preventDefault();
          remove(index);
        }
      },
      change: (typed: string): void => {
        if (index !== blank) change(entries.with(inValue(index), typed));
        else if (typed !== '') {
          setAdded(null);
          change(list.with(index, typed));
        }
      },
    };
    return field.control === 'files' ? (
      <PathInput {...entry} takes={field.takes} />
    ) : (
      <TextLine {...entry} />
    );
  };
  return (
    <EntryGroup
      {...{ field, describedBy }}
      ref={rows}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (currentTarget.contains(relatedTarget)) return;
        setAdded(null);
        if (entries.includes('')) change(withoutEmptyRows(entries));
      }}
    >
      {list.map((text, index) => (
        <EntryRow
          key={index}
          name={`row ${index + 1} of ${field.title}`}
          remove={entries.length === 0 ? undefined : () => remove(index)}
        >
          {entryOf(text, index)}
        </EntryRow>
      ))}
      <div className="flex gap-1.5">
        <AddButton
          id={list.length === 0 ? id : undefined}
          label={`Add to ${field.title}`}
          onClick={() => (list.at(-1) === '' ? focusRow(list.length - 1) : insert(list.length))}
        />
        {besideAdd}
      </div>
    </EntryGroup>
  );
}
