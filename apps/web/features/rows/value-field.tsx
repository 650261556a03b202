import { isRecord } from '@graft/graph';
import { useId, useState } from 'react';
import { AddButton, RemoveButton } from '../../kit/form/entry-group.tsx';
import { NumberEntry } from '../../kit/form/numbers-control.tsx';
import type { InputProps } from '../../kit/form/field-props.ts';
import { JsonControl } from '../../kit/form/json-control.tsx';
import {
  BooleanControl,
  SelectControl,
  TextLine,
  TextLines,
} from '../../kit/form/text-controls.tsx';
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

/** Lines of text: of plain texts without line breaks of their own. */
function isLines(value: readonly unknown[], shape: ValueShape | undefined): boolean {
  if (value.length === 0) return shape?.items?.type === 'string';
  return value.every((each) => typeof each === 'string' && !each.includes('\n'));
}

/** The input of a value that holds no others: by what it is, where that is what its shape says, else as JSON. */
function PlainInput(
  props: InputProps & { readonly label: string; readonly shape: ValueShape | undefined },
) {
  const { value, label, shape, change, ...others } = props;
  const { type, choices } = shape ?? {};
  const isNumber = type === 'number' || type === 'integer';
  if (typeof value === 'number' || (isNumber && typeof value === 'string'))
    return (
      <div className="max-w-52">
        <NumberEntry {...others} {...{ label, value, change }} />
      </div>
    );
  if (choices !== undefined && typeof value === 'string')
    return (
      <div className="max-w-52">
        <SelectControl {...props} field={{ options: choices, nullable: false }} />
      </div>
    );
  if (typeof value === 'string' && (type === undefined || type === 'string'))
    return <TextLines {...others} {...{ label, change }} text={value} />;
  if (Array.isArray(value) && isLines(value, shape))
    return (
      <TextLines
        {...others}
        label={label}
        text={value.join('\n')}
        placeholder="one per line"
        change={(text) => change(text === '' ? [] : text.split('\n'))}
      />
    );
  return <JsonControl {...props} />;
}

/** One value of a row with its name: a field, or, for an object or a list of objects, the fields in it. */
function ValueField(props: ValueProps) {
  const { name, path, value, shape, fault, change, remove } = props;
  const id = useId();
  const here = fault?.field === path ? fault.message : undefined;
  const nested =
    isRecord(value) || (Array.isArray(value) && value.length > 0 && value.every(isRecord));
  const heading = (
    <span className="flex h-[18px] items-center gap-1.5">
      {nested ? (
        <span className="font-[550]">{name}</span>
      ) : (
        <label htmlFor={id} className="font-[550]">
          {name}
        </label>
      )}
      {remove === undefined ? null : <RemoveButton small name={path} remove={remove} />}
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
          {isRecord(value) ? <ObjectFields {...props} value={value} /> : <ListFields {...props} />}
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
      <div className="flex items-center gap-2 font-[550]">
        <BooleanControl {...input} field={{ title: name }} />
        {remove === undefined ? null : <RemoveButton small name={path} remove={remove} />}
      </div>
    );
  }
  return (
    <div className="grid gap-1">
      {heading}
      <div className="grid">
        <PlainInput {...input} />
      </div>
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
    <div className="flex max-w-72 items-center gap-1.5">
      <TextLine
        label={`Name of another field of ${path}`}
        placeholder="another field"
        value={name}
        invalid={false}
        change={setName}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          send();
        }}
      />
      <AddButton label={`Add a field to ${path}`} disabled={!free} onClick={send} />
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
            <AddButton
              key={name}
              label={`Add ${below(name)}`}
              onClick={() =>
                change({ ...value, [name]: emptyValue(shape?.fields?.get(name)) }, path)
              }
            >
              {name}
            </AddButton>
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
        <AddButton
          label={`Add to ${path}`}
          onClick={() => change([...list, emptyValue(shape.items)], path)}
        />
      )}
    </>
  );
}
