import { useState } from 'react';
import { renameShownPort } from '../../../api/graphs/subgraph-edits.ts';
import type { FieldProps } from '../../../kit/form/field-props.ts';
import { TextLine } from '../../../kit/form/text-controls.tsx';

/**
 * What an input or output of a graph is called from outside. Written when it is left or Enter is pressed, since the uses
 * follow and the name before is kept for other files; what is no name is said.
 */
export function PortNameControl({
  id,
  value,
  describedBy,
  node,
}: FieldProps & { readonly node: string }) {
  const given = typeof value === 'string' ? value : '';
  const [text, write] = useState<string>();
  const [refused, setRefused] = useState<string>();
  const commit = (): void => {
    if (text === undefined || text.trim() === given) {
      write(undefined);
      setRefused(undefined);
      return;
    }
    const reason = renameShownPort(node, text.trim());
    setRefused(reason);
    if (reason === undefined) write(undefined);
  };
  return (
    <>
      <TextLine
        {...{ id, describedBy }}
        value={text ?? given}
        placeholder={node}
        invalid={refused !== undefined}
        change={write}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
      {refused === undefined ? null : (
        <p className="mt-1 text-sm text-error" role="alert">
          {refused}
        </p>
      )}
    </>
  );
}
