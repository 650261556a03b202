import { metricWords } from '@graft/graph';
import type { FieldProps } from './field-props.ts';

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
