import type { ComponentProps } from 'react';
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
