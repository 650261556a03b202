import type { FieldProps, InputProps } from './field-props.ts';
import { type ParamField, sameJson, metricWords } from '@graft/graph';
import { type ComponentProps, useState } from 'react';

/** What an empty text of a field that may be null stands for; undefined: the field is never null. */
export function emptyText(
  { nullable, auto }: Pick<ParamField, 'nullable' | 'auto'>,
  value: unknown,
): string | undefined {
  if (!nullable || auto === undefined) return undefined;
  return value === null ? auto : 'None';
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * What is typed into a field, for as long as it stands for the field's value: afterwards, as once the value was undone, undefined. `read` says
 * what a text stands for.
 */
export function useTyped(
  value: unknown,
  read: (text: string) => unknown,
): readonly [typed: string | undefined, type: (text: string | undefined) => void] {
  const [typed, type] = useState<string>();
  const holds = typed !== undefined && sameJson(read(typed), value);
  return [holds ? typed : undefined, type];
}

interface LineProps extends Omit<
  ComponentProps<'input'>,
  'id' | 'value' | 'onChange' | 'className' | 'aria-describedby'
> {
  readonly id?: string | undefined;
  readonly value: string;
  readonly label?: string | undefined;
  readonly invalid: boolean;
  readonly describedBy?: string | undefined;
  /** A name, a path or code, rather than words. */
  readonly code?: boolean;
  change(text: string): void;
}

/** A line of text. */
export function TextLine(props: LineProps) {
  const { label, invalid, describedBy, code = false, change, ...others } = props;
  return (
    <input
      autoComplete="off"
      spellCheck={false}
      {...others}
      className={`field ${code ? 'font-mono text-[11.5px]' : others.inputMode === 'decimal' ? 'tabular-nums' : ''}`}
      aria-label={label}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => change(event.target.value)}
    />
  );
}

export function TextControl({ id, value, invalid, describedBy, change }: FieldProps) {
  return <TextLine {...{ id, invalid, describedBy, change }} value={asText(value)} spellCheck />;
}

interface TextLinesProps extends Omit<InputProps, 'value' | 'change'> {
  readonly text: string;
  /** Code, rather than words. */
  readonly code?: boolean;
  readonly spellCheck?: boolean;
  readonly placeholder?: string;
  /** Rows at least, one by default. */
  readonly least?: number;
  change(text: string): void;
}

/** Rows that a text is high at most. */
const mostRows = 16;
/** Letters in a row of code, which stands in the narrow inspector, and of words. */
const rowLetters = { code: 46, words: 100 };

/** A text of lines, as high as they are, up to a limit. */
export function TextLines(props: TextLinesProps) {
  const { id, label, text, invalid, describedBy, placeholder, change } = props;
  const { code = false, spellCheck = !code, least = 1 } = props;
  const letters = rowLetters[code ? 'code' : 'words'];
  const rows = text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / letters)), 0);
  return (
    <textarea
      id={id}
      className={code ? 'field font-mono text-[11.5px]' : 'field'}
      aria-label={label}
      rows={Math.min(mostRows, Math.max(least, rows))}
      placeholder={placeholder}
      value={text}
      spellCheck={spellCheck}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => change(event.target.value)}
    />
  );
}

const placeholderOf = (text: string | undefined) =>
  text === undefined ? {} : { placeholder: text };

/** Code, typed questions, and prompts whose editor is not there. */
export function MultilineControl({ field, value, ...props }: FieldProps) {
  const isProse = field.control === 'questions';
  return (
    <TextLines
      {...props}
      text={asText(value)}
      {...placeholderOf(emptyText(field, value))}
      code
      spellCheck={isProse}
      least={isProse ? 6 : 3}
    />
  );
}

export function SelectControl({
  field,
  ...props
}: InputProps & { readonly field: Pick<ParamField, 'options' | 'nullable'> }) {
  const { id, value, label, invalid, describedBy, change } = props;
  const options = field.options ?? [];
  const known = options.some((option) => option === value) || (field.nullable && value === null);
  return (
    <select
      id={id}
      className="field"
      aria-label={label}
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

/** Any number of allowed values, each a box to tick; kept in the order in which they are offered. */
export function ChoicesControl({ field, value, describedBy, change }: FieldProps) {
  const options = field.options ?? [];
  const chosen: readonly unknown[] = Array.isArray(value) ? value : [];
  return (
    <div
      className="flex flex-wrap gap-x-4 gap-y-1"
      role="group"
      aria-label={field.title}
      aria-describedby={describedBy}
    >
      {options.map((option) => (
        <label key={option} className="flex items-center gap-1.5">
          <input
            type="checkbox"
            className="size-[15px]"
            checked={chosen.includes(option)}
            onChange={(event) =>
              change(
                options.filter((other) =>
                  other === option ? event.target.checked : chosen.includes(other),
                ),
              )
            }
          />
          {field.name === 'metrics' ? metricWords(String(option)) : option}
        </label>
      ))}
    </div>
  );
}

export function BooleanControl({
  field,
  ...props
}: InputProps & { readonly field: Pick<ParamField, 'title'> }) {
  const { id, value, label, describedBy, change } = props;
  return (
    <label className="flex h-[30px] items-center gap-2">
      <input
        id={id}
        type="checkbox"
        className="size-[15px]"
        checked={value === true}
        aria-label={label}
        aria-describedby={describedBy}
        onChange={(event) => change(event.target.checked)}
      />
      <span>{field.title}</span>
    </label>
  );
}
