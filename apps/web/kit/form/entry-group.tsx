import type { ComponentProps, ReactNode } from 'react';
import { CloseIcon, PlusIcon } from '../icons.tsx';
import type { FieldProps } from './field-props.ts';

/** The entries of a field, one below another, under its title. */
export function EntryGroup({
  field,
  describedBy,
  ...props
}: Pick<FieldProps, 'field' | 'describedBy'> & ComponentProps<'div'>) {
  return (
    <div
      {...props}
      className="flex flex-col gap-1"
      role="group"
      aria-label={field.title}
      aria-describedby={describedBy}
    />
  );
}

/** One entry in its row, and what removes it; without that where it has to stay. */
export function EntryRow(props: {
  /** What is removed. */
  readonly name: string;
  readonly remove: (() => void) | undefined;
  readonly children: ReactNode;
}) {
  const { name, remove, children } = props;
  return (
    <div className="flex items-center gap-1">
      {children}
      {remove === undefined ? null : <RemoveButton name={name} remove={remove} />}
    </div>
  );
}

export function RemoveButton(props: {
  readonly name: string;
  readonly remove: () => void;
  /** As high as the words beside it. */
  readonly small?: boolean;
}) {
  const { name, remove, small = false } = props;
  return (
    <button
      type="button"
      className={`icon-button shrink-0 ${small ? 'size-[18px]' : ''}`}
      aria-label={`Remove ${name}`}
      title={`Remove ${name}`}
      onClick={remove}
    >
      <CloseIcon />
    </button>
  );
}

/** Adds an entry, or a part of an object. */
export function AddButton({
  label,
  children = 'Add',
  ...props
}: { readonly label: string } & Pick<ComponentProps<'button'>, 'id' | 'disabled' | 'children'> & {
    readonly onClick: () => void;
  }) {
  return (
    <button
      {...props}
      type="button"
      className="button small self-start justify-self-start"
      aria-label={label}
    >
      <PlusIcon /> {children}
    </button>
  );
}
