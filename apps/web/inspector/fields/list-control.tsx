import { useRef, type KeyboardEvent } from 'react';
import { PathInput } from '../../files/path-input.tsx';
import { CloseIcon, PlusIcon } from '../../shell/icons.tsx';
import { EntryGroup } from './entry-group.tsx';
import { isWrongEntry, type FieldProps } from './field-props.ts';

const asList = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** A list of texts without the rows in which nothing stands; any other value as it is. */
export const withoutEmptyRows = (value: unknown): unknown =>
  Array.isArray(value) ? value.filter((text) => text !== '') : value;

/** A list of texts, one a row. Enter adds a row after one that says something, Backspace in an empty one removes it, and so does going elsewhere. */
export function ListControl(props: FieldProps) {
  const { field, id, value, describedBy, change } = props;
  const entries = asList(value);
  // Files are typed at once, where there is none yet.
  const list = entries.length === 0 && field.control === 'files' ? [''] : entries;
  const rows = useRef<HTMLDivElement>(null);
  const focusRow = (index: number): void => {
    requestAnimationFrame(() => rows.current?.querySelectorAll('input')[index]?.focus());
  };
  const insert = (index: number): void => {
    change(list.toSpliced(index, 0, ''));
    focusRow(index);
  };
  const remove = (index: number): void => {
    change(list.toSpliced(index, 1));
    focusRow(Math.max(0, index - 1));
  };
  const entryOf = (text: string, index: number) => {
    const entry = {
      id: index === 0 ? id : undefined,
      value: text,
      'aria-label': `${field.title}, row ${index + 1}`,
      'aria-invalid': isWrongEntry(props, index),
      onKeyDown: (event: KeyboardEvent): void => {
        // Ctrl+Enter runs.
        const held = event.ctrlKey || event.metaKey;
        if (event.key === 'Enter' && !held && text !== '') insert(index + 1);
        else if (event.key === 'Backspace' && text === '' && entries.length > 0) {
          event.preventDefault();
          remove(index);
        }
      },
    };
    const write = (typed: string): void => change(list.with(index, typed));
    return field.control === 'files' ? (
      <PathInput {...entry} takes={field.takes} change={write} />
    ) : (
      <input
        {...entry}
        className="field"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => write(event.target.value)}
      />
    );
  };
  return (
    <EntryGroup
      {...{ field, describedBy }}
      ref={rows}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget) && entries.includes(''))
          change(withoutEmptyRows(list));
      }}
    >
      {list.map((text, index) => (
        <div key={index} className="flex items-center gap-1">
          {entryOf(text, index)}
          {entries.length === 0 ? null : (
            <button
              type="button"
              className="icon-button shrink-0"
              aria-label={`Remove row ${index + 1} of ${field.title}`}
              onClick={() => remove(index)}
            >
              <CloseIcon />
            </button>
          )}
        </div>
      ))}
      <button
        type="button"
        id={list.length === 0 ? id : undefined}
        className="button small self-start"
        aria-label={`Add to ${field.title}`}
        onClick={() => (list.at(-1) === '' ? focusRow(list.length - 1) : insert(list.length))}
      >
        <PlusIcon /> Add
      </button>
    </EntryGroup>
  );
}
