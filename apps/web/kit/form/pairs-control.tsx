import { sameJson, isRecord } from '@graft/graph';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { CloseIcon, PlusIcon } from '../icons.tsx';
import { NumberEntry, EntryGroup } from './entries.tsx';
import { isWrongEntry, type FieldProps } from './field-props.ts';

/** A name and its value, while they are edited. */
interface Pair {
  readonly name: string;
  readonly value: unknown;
}

export function pairsOf(value: unknown): Pair[] {
  return isRecord(value)
    ? Object.entries(value).map(([name, each]) => ({ name, value: each }))
    : [];
}

/** Names that occur more than once. */
export function repeatedNames(pairs: readonly Pair[]): string[] {
  const names = pairs.map(({ name }) => name);
  return [...new Set(names.filter((name, at) => name !== '' && names.indexOf(name) < at))];
}

/** The record so far: without pairs that lack their name or number; of two equal names, the first. */
export function recordOf(
  pairs: readonly Pair[],
  { numbers }: { readonly numbers: boolean },
): Readonly<Record<string, unknown>> {
  const record = new Map<string, unknown>();
  for (const { name, value } of pairs) {
    const isWhole = name !== '' && !(numbers && value === '');
    if (isWhole && !record.has(name)) record.set(name, value);
  }
  return Object.fromEntries(record);
}

interface Draft {
  readonly pairs: readonly Pair[];
  /** The record that they produced: if the value differs from it, they are out of date. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** Names, each with a text or a number: metadata to filter by, how far globs are trusted. */
export function PairsControl(props: FieldProps) {
  const { field, id, value, describedBy, change } = props;
  const [draft, setDraft] = useState<Draft>();
  const rows = useRef<HTMLDivElement>(null);
  const numbers = field.entries !== undefined;
  const isOld = draft === undefined || !sameJson(draft.record, value);
  const pairs = isOld ? pairsOf(value) : draft.pairs;
  const repeated = repeatedNames(pairs);
  const set = (next: readonly Pair[]): void => {
    const record = recordOf(next, { numbers });
    setDraft({ pairs: next, record });
    if (!sameJson(record, value)) change(record);
  };
  const add = (): void => {
    // Drawn and focused at once: the next key is meant for the new row.
    flushSync(() => set([...pairs, { name: '', value: '' }]));
    rows.current?.querySelectorAll('input')[2 * pairs.length]?.focus();
  };
  return (
    <EntryGroup {...{ field, describedBy }} ref={rows}>
      {pairs.map((pair, index) => {
        const { name, value: own } = pair;
        const label = `${field.title}, value ${index + 1}`;
        const setValue = (next: unknown): void => set(pairs.with(index, { name, value: next }));
        return (
          <div key={index} className="flex items-center gap-1">
            <input
              className="field"
              value={name}
              placeholder={field.example}
              aria-label={`${field.title}, name ${index + 1}`}
              aria-invalid={repeated.includes(name)}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => set(pairs.with(index, { name: event.target.value, value: own }))}
            />
            {numbers ? (
              <span className="w-20 shrink-0">
                <NumberEntry
                  label={label}
                  value={own}
                  {...(field.min === undefined || field.max === undefined
                    ? {}
                    : { placeholder: `${field.min} to ${field.max}` })}
                  invalid={isWrongEntry(props, name)}
                  change={setValue}
                />
              </span>
            ) : (
              <input
                className="field"
                value={String(own)}
                aria-label={label}
                aria-invalid={isWrongEntry(props, name)}
                onChange={(event) => setValue(event.target.value)}
              />
            )}
            <button
              type="button"
              className="icon-button shrink-0"
              aria-label={`Remove ${name === '' ? `row ${index + 1}` : name}`}
              onClick={() => set(pairs.toSpliced(index, 1))}
            >
              <CloseIcon />
            </button>
          </div>
        );
      })}
      {repeated.map((name) => (
        <p key={name} className="text-sm text-error" role="alert">
          “{name}” appears more than once; only the first is used.
        </p>
      ))}
      <button
        type="button"
        id={id}
        className="button small self-start"
        aria-label={`Add to ${field.title}`}
        disabled={pairs.some(({ name }) => name === '')}
        onClick={add}
      >
        <PlusIcon /> Add
      </button>
    </EntryGroup>
  );
}
