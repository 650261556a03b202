import { useState } from 'react';
import type { FieldProps } from './field-props.ts';

/** Any other value, as JSON. What does not parse stays as typed and is not taken over. */
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
