import type { FieldProps } from './field-props.ts';
import { useState } from 'react';

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

export function TextControl({ id, value, invalid, describedBy, change }: FieldProps) {
  return (
    <input
      id={id}
      className="field"
      value={asText(value)}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      autoComplete="off"
      onChange={(event) => change(event.target.value)}
    />
  );
}

/** Code, typed questions, and prompts while their editor is loading; as high as the text, up to a limit. */
export function MultilineControl({ field, id, value, invalid, describedBy, change }: FieldProps) {
  const text = asText(value);
  const lines = text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 46)), 0);
  return (
    <textarea
      id={id}
      className="field font-mono text-[11.5px]"
      rows={Math.min(14, Math.max(field.control === 'questions' ? 6 : 3, lines + 1))}
      value={text}
      spellCheck={field.control === 'questions'}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => change(event.target.value)}
    />
  );
}

export function SelectControl({ field, id, value, invalid, describedBy, change }: FieldProps) {
  const options = field.options ?? [];
  const known = options.some((option) => option === value) || (field.nullable && value === null);
  return (
    <select
      id={id}
      className="field"
      value={value === null ? '' : String(value)}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) =>
        change(options.find((option) => String(option) === event.target.value) ?? null)
      }
    >
      {known ? null : (
        <option value={String(value)}>{String(value)} (not one of the choices)</option>
      )}
      {field.nullable ? <option value="">not set</option> : null}
      {options.map((option) => (
        <option key={String(option)} value={String(option)}>
          {String(option)}
        </option>
      ))}
    </select>
  );
}

export function BooleanControl({ field, id, value, describedBy, change }: FieldProps) {
  return (
    <label className="flex h-[30px] items-center gap-2">
      <input
        id={id}
        type="checkbox"
        className="size-[15px]"
        checked={value === true}
        aria-describedby={describedBy}
        onChange={(event) => change(event.target.checked)}
      />
      <span>{field.title}</span>
    </label>
  );
}

/** Any other value, as JSON. Invalid JSON stays as typed and is not set. */
export function JsonControl({ id, value, invalid, describedBy, change }: FieldProps) {
  const [typed, setTyped] = useState<string>();
  const [broken, setBroken] = useState(false);
  return (
    <>
      <textarea
        id={id}
        className="field font-mono text-[11.5px]"
        rows={3}
        spellCheck={false}
        value={typed ?? JSON.stringify(value, null, 2)}
        aria-invalid={invalid || broken}
        aria-describedby={describedBy}
        onChange={(event) => {
          setTyped(event.target.value);
          try {
            const parsed: unknown = JSON.parse(event.target.value);
            change(parsed);
            setBroken(false);
          } catch {
            setBroken(true);
          }
        }}
        onBlur={() => {
          if (!broken) setTyped(undefined);
        }}
      />
      {broken ? (
        <p className="mt-1 text-sm text-error">
          Not valid JSON yet. The last valid value stays in use.
        </p>
      ) : null}
    </>
  );
}
