import { CloseIcon, PlusIcon } from '../../shell/icons.tsx';
import type { FieldProps } from './field-props.ts';

const asPairs = (value: unknown): [string, string][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).map(([key, text]) => [key, String(text)])
    : [];

/** Names with their values, such as metadata to filter by. */
export function PairsControl({ field, id, value, describedBy, change }: FieldProps) {
  const pairs = asPairs(value);
  const set = (next: readonly [string, string][]): void => change(Object.fromEntries(next));
  return (
    <div className="flex flex-col gap-1" role="group" aria-describedby={describedBy}>
      {pairs.map(([key, text], index) => (
        <div key={index} className="flex items-center gap-1">
          <input
            className="field"
            value={key}
            aria-label={`${field.title}, name ${index + 1}`}
            onChange={(event) => set(pairs.with(index, [event.target.value, text]))}
          />
          <input
            className="field"
            value={text}
            aria-label={`${field.title}, value ${index + 1}`}
            onChange={(event) => set(pairs.with(index, [key, event.target.value]))}
          />
          <button
            type="button"
            className="icon-button shrink-0"
            aria-label={`Remove ${key === '' ? `row ${index + 1}` : key}`}
            onClick={() => set(pairs.toSpliced(index, 1))}
          >
            <CloseIcon />
          </button>
        </div>
      ))}
      <button
        type="button"
        id={id}
        className="button small self-start"
        aria-label={`Add to ${field.title}`}
        disabled={pairs.some(([key]) => key === '')}
        onClick={() => set([...pairs, ['', '']])}
      >
        <PlusIcon /> Add
      </button>
    </div>
  );
}
