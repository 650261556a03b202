import { useId, useState } from 'react';
import { CloseIcon, PlusIcon } from '../../kit/icons.tsx';
import { emptyValue, type ValueShape } from './row-shape.ts';

interface ValueProps {
  readonly name: string;
  /** Where it stands in the row: `source.start`. */
  readonly path: string;
  readonly value: unknown;
  readonly shape: ValueShape | undefined;
  /** What is wrong with the row, and where. */
  readonly fault: { readonly field?: string; readonly message: string } | undefined;
  change(value: unknown, path: string): void;
  /** Takes it out of the row; absent where it has to be there. */
  readonly remove?: (() => void) | undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text as long as its lines, up to a limit. */
function heightOf(text: string): number {
  const lines = text.split('\n').reduce((sum, line) => sum + Math.max(1, line.length / 100), 0);
  return Math.min(16, Math.max(1, Math.ceil(lines)));
}

/** A value as JSON for people, or what they typed of it that is none yet. */
const written = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 1);

/** What a typed text stands for: its JSON, or, while it is none, the text. */
function typedValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface InputProps {
  readonly id: string;
  readonly label: string;
  readonly value: unknown;
  readonly invalid: boolean;
  readonly describedBy: string;
  change(value: unknown): void;
}

function TextInput({ id, label, value, invalid, describedBy, change }: InputProps) {
  const text = String(value);
  return (
    <textarea
      id={id}
      className="field"
      aria-label={label}
      rows={heightOf(text)}
      value={text}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => change(event.target.value)}
    />
  );
}

/** Any value as JSON. What is none yet stands in its place as text, where its check says so: nothing typed is lost. */
function JsonInput({ id, label, value, invalid, describedBy, change }: InputProps) {
  const [typed, setTyped] = useState<string>();
  const holds = typed !== undefined && JSON.stringify(typedValue(typed)) === JSON.stringify(value);
  const text = holds ? typed : written(value);
  return (
    <textarea
      id={id}
      className="field font-mono text-[11.5px]"
      aria-label={label}
      rows={heightOf(text)}
      spellCheck={false}
      value={text}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => {
        setTyped(event.target.value);
        change(typedValue(event.target.value));
      }}
    />
  );
}

/** A number. What does not read as one stands in its place as text, where its check says so. */
function NumberInput({ id, label, value, invalid, describedBy, change }: InputProps) {
  const [typed, setTyped] = useState<string>();
  const read = (text: string): unknown =>
    text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
  const text = typed !== undefined && read(typed) === value ? typed : String(value);
  return (
    <input
      id={id}
      className="field max-w-52 tabular-nums"
      aria-label={label}
      inputMode="decimal"
      autoComplete="off"
      value={text}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => {
        setTyped(event.target.value);
        change(read(event.target.value));
      }}
    />
  );
}

function LinesInput({ id, label, value, invalid, describedBy, change }: InputProps) {
  const text = Array.isArray(value) ? value.join('\n') : '';
  return (
    <textarea
      id={id}
      className="field"
      aria-label={label}
      rows={heightOf(text)}
      placeholder="one per line"
      value={text}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => change(event.target.value === '' ? [] : event.target.value.split('\n'))}
    />
  );
}

function ChoiceInput({ choices, ...props }: InputProps & { readonly choices: readonly string[] }) {
  const { id, label, value, invalid, describedBy, change } = props;
  const shown = String(value);
  return (
    <select
      id={id}
      className="field max-w-52"
      aria-label={label}
      value={shown}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => change(event.target.value)}
    >
      {choices.includes(shown) ? null : (
        <option value={shown}>{shown} (not one of the choices)</option>
      )}
      {choices.map((choice) => (
        <option key={choice}>{choice}</option>
      ))}
    </select>
  );
}

/** Lines of text: of plain texts without line breaks of their own. */
function isLines(value: readonly unknown[], shape: ValueShape | undefined): boolean {
  if (value.length === 0) return shape?.items?.type === 'string';
  return value.every((each) => typeof each === 'string' && !each.includes('\n'));
}

function PlainInput({ shape, ...props }: InputProps & { readonly shape: ValueShape | undefined }) {
  const { value } = props;
  if (shape?.choices !== undefined && typeof value === 'string')
    return <ChoiceInput {...props} choices={shape.choices} />;
  const isNumber = shape?.type === 'number' || shape?.type === 'integer';
  if (typeof value === 'number' || (isNumber && typeof value === 'string'))
    return <NumberInput {...props} />;
  if (typeof value === 'string' && (shape?.type === undefined || shape.type === 'string'))
    return <TextInput {...props} />;
  if (Array.isArray(value) && isLines(value, shape)) return <LinesInput {...props} />;
  return <JsonInput {...props} />;
}

function Remove({ name, remove }: { readonly name: string; readonly remove: () => void }) {
  return (
    <button
      type="button"
      className="icon-button size-[18px]"
      aria-label={`Remove ${name}`}
      title={`Remove ${name}`}
      onClick={remove}
    >
      <CloseIcon />
    </button>
  );
}

/** One value of a row with its name: a field, or, for an object or a list of objects, the fields in it. */
function ValueField(props: ValueProps) {
  const { name, path, value, shape, fault, change, remove } = props;
  const id = useId();
  const here = fault?.field === path ? fault.message : undefined;
  const nested =
    isObject(value) || (Array.isArray(value) && value.length > 0 && value.every(isObject));
  const heading = (
    <span className="flex h-[18px] items-center gap-1.5">
      {nested ? (
        <span className="font-[550]">{name}</span>
      ) : (
        <label htmlFor={id} className="font-[550]">
          {name}
        </label>
      )}
      {remove === undefined ? null : <Remove name={path} remove={remove} />}
    </span>
  );
  const message = (
    <p id={`${id}-fault`} className="text-sm text-error empty:hidden" role="alert">
      {here}
    </p>
  );
  if (nested) {
    return (
      <div role="group" aria-label={path}>
        {heading}
        <div className="mt-1.5 ml-px grid gap-3 border-l border-line pl-3.5">
          {isObject(value) ? <ObjectFields {...props} value={value} /> : <ListFields {...props} />}
        </div>
        {message}
      </div>
    );
  }
  const input = {
    ...{ id, label: path, value, shape, invalid: here !== undefined },
    describedBy: `${id}-fault`,
    change: (next: unknown) => change(next, path),
  };
  if (typeof value === 'boolean') {
    return (
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          className="size-[15px]"
          checked={value}
          aria-label={path}
          onChange={(event) => change(event.target.checked, path)}
        />
        <span className="font-[550]">{name}</span>
        {remove === undefined ? null : <Remove name={path} remove={remove} />}
      </label>
    );
  }
  return (
    <div className="grid gap-1">
      {heading}
      <PlainInput {...input} />
      {message}
    </div>
  );
}

/** A further field of an object that may have any: as a text, which can be made something else as JSON. */
function FurtherField({
  path,
  taken,
  add,
}: {
  readonly path: string;
  readonly taken: readonly string[];
  add(name: string): void;
}) {
  const [name, setName] = useState('');
  const free = name.trim() !== '' && !taken.includes(name.trim());
  const send = (): void => {
    if (!free) return;
    add(name.trim());
    setName('');
  };
  return (
    <div className="flex gap-1.5">
      <input
        className="field h-6 max-w-52"
        aria-label={`Name of another field of ${path}`}
        placeholder="another field"
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          send();
        }}
      />
      <button
        type="button"
        className="button small"
        aria-label={`Add a field to ${path}`}
        disabled={!free}
        onClick={send}
      >
        <PlusIcon /> Add
      </button>
    </div>
  );
}

/** The fields of an object: those of its shape first; those that it may have and has not can be added. */
export function ObjectFields({
  path,
  value,
  shape,
  fault,
  change,
}: Pick<ValueProps, 'path' | 'shape' | 'fault' | 'change'> & {
  readonly value: Readonly<Record<string, unknown>>;
}) {
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const known = [...(shape?.fields?.keys() ?? [])];
  const there = known.filter((name) => Object.hasOwn(value, name));
  const names = [...there, ...Object.keys(value).filter((name) => !known.includes(name))];
  // A row is named by its content where it has no id.
  const needed = (name: string): boolean =>
    shape?.required?.has(name) === true && !(path === '' && name === 'id');
  const absent = known.filter((name) => !Object.hasOwn(value, name));
  return (
    <>
      {names.map((name) => (
        <ValueField
          key={name}
          name={name}
          path={below(name)}
          value={value[name]}
          shape={shape?.fields?.get(name)}
          fault={fault}
          change={(next, at) => change({ ...value, [name]: next }, at)}
          remove={
            needed(name)
              ? undefined
              : () => {
                  const { [name]: _gone, ...rest } = value;
                  change(rest, path);
                }
          }
        />
      ))}
      {shape?.type === 'object' && shape.fields === undefined ? (
        <FurtherField
          path={path}
          taken={names}
          add={(name) => change({ ...value, [name]: '' }, path)}
        />
      ) : null}
      {absent.length === 0 ? null : (
        <div className="flex flex-wrap gap-1.5">
          {absent.map((name) => (
            <button
              key={name}
              type="button"
              className="button small"
              aria-label={`Add ${below(name)}`}
              onClick={() =>
                change({ ...value, [name]: emptyValue(shape?.fields?.get(name)) }, path)
              }
            >
              <PlusIcon /> {name}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

/** The objects of a list, one below the other. */
function ListFields({ name, path, value, shape, fault, change }: ValueProps) {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return (
    <>
      {list.map((each, index) => (
        <ValueField
          key={index}
          name={`${name} ${String(index + 1)}`}
          path={`${path}.${String(index)}`}
          value={each}
          shape={shape?.items}
          fault={fault}
          change={(next, at) => change(list.with(index, next), at)}
          remove={
            list.length > (shape?.fewest ?? 0)
              ? () => change(list.toSpliced(index, 1), path)
              : undefined
          }
        />
      ))}
      {shape?.items === undefined ? null : (
        <button
          type="button"
          className="button small justify-self-start"
          aria-label={`Add to ${path}`}
          onClick={() => change([...list, emptyValue(shape.items)], path)}
        >
          <PlusIcon /> Add
        </button>
      )}
    </>
  );
}
