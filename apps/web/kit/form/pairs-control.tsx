import { sameJson, isRecord } from '@graft/graph';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { NumberEntry } from './numbers-control.tsx';
import { AddButton, EntryGroup, EntryRow } from './entry-group.tsx';
import { isWrongEntry, type FieldProps } from './field-props.ts';
import { TextLine } from './text-controls.tsx';

/** A name with what stands beside it, as it is being written. */
interface Pair {
  readonly name: string;
  readonly value: unknown;
}

export function pairsOf(value: unknown): Pair[] {
  return isRecord(value)
    ? Object.entries(value).map(([name, each]) => ({ name, value: each }))
    : [];
}

/** Names that stand more than once. */
export function repeatedNames(pairs: readonly Pair[]): string[] {
  const names = pairs.map(({ name }) => name);
  return [...new Set(names.filter((name, at) => name !== '' && names.indexOf(name) < at))];
}

/** What is written so far: without pairs that lack their name or number; of a name that stands twice, the first. */
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
  /** What was made of them: where the value is another one, they are out of date. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** Names with a text or a number each: metadata to filter by, how far globs are trusted. */
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
    // Drawn and focused at once: the next key is meant for the row.
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
          <EntryRow
            key={index}
            name={name === '' ? `row ${index + 1}` : name}
            remove={() => set(pairs.toSpliced(index, 1))}
          >
            <TextLine
              value={name}
              placeholder={field.example}
              label={`${field.title}, name ${index + 1}`}
              invalid={repeated.includes(name)}
              change={(next) => set(pairs.with(index, { name: next, value: own }))}
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
              <TextLine
                value={String(own)}
                label={label}
                invalid={isWrongEntry(props, name)}
                change={setValue}
              />
            )}
          </EntryRow>
        );
      })}
      {repeated.map((name) => (
        <p key={name} className="text-sm text-error" role="alert">
          “{name}” appears more than once; only the first is used.
        </p>
      ))}
      <AddButton
        id={id}
        label={`Add to ${field.title}`}
        disabled={pairs.some(({ name }) => name === '')}
        onClick={add}
      />
    </EntryGroup>
  );
}
