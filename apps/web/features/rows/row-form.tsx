import type { RowFault } from '@graft/graph';
import { useState } from 'react';
import { changeOf, valueOf, type EditedRow } from './edited-rows.ts';
import type { ValueShape } from './row-shape.ts';
import { ObjectFields } from './value-field.tsx';

interface RowFormProps {
  readonly row: EditedRow;
  readonly shape: ValueShape;
  readonly fault: RowFault | undefined;
  readonly asJson: boolean;
  /** The row as its line, and the field that was typed in. */
  edit(line: string, field: string): void;
}

/** A line for people: its JSON over several lines, or as it stands where it is none. */
function spread(line: string): string {
  const value = valueOf(line);
  return value === undefined ? line : JSON.stringify(value, null, 2);
}

/** What is typed as the line that it would be: what is no object yet stays as it is. */
function lineOf(typed: string): string {
  const value = valueOf(typed);
  return value === undefined ? typed : JSON.stringify(value);
}

function JsonText({ row, fault, edit }: RowFormProps) {
  const [typed, setTyped] = useState<string>();
  const shown = typed !== undefined && lineOf(typed) === row.line ? typed : spread(row.line);
  return (
    <textarea
      className="field min-h-40 flex-1 resize-none font-mono text-[11.5px]"
      aria-label="The row as JSON"
      spellCheck={false}
      value={shown}
      aria-invalid={fault !== undefined}
      aria-describedby="row-fault"
      onChange={(event) => {
        setTyped(event.target.value);
        edit(lineOf(event.target.value), 'JSON');
      }}
    />
  );
}

/** One row, to be edited by its fields or as JSON; what is no JSON can only be edited as text. */
export function RowForm(props: RowFormProps) {
  const { row, shape, fault, asJson, edit } = props;
  const value = valueOf(row.line);
  const plain = asJson || value === undefined;
  return (
    <fieldset
      disabled={changeOf(row) === 'deleted'}
      className="row-form flex min-h-0 flex-1 flex-col gap-3.5 overflow-auto px-5 py-3.5"
    >
      <p
        id="row-fault"
        className="rounded-[7px] bg-error-soft px-[11px] py-1.5 text-error empty:hidden"
        role="status"
      >
        {fault === undefined
          ? null
          : `${fault.field === undefined ? '' : `${fault.field}: `}${fault.message}`}
      </p>
      {plain ? (
        <JsonText {...props} />
      ) : (
        <ObjectFields
          path=""
          value={value}
          shape={shape}
          fault={fault}
          change={(next, at) => edit(JSON.stringify(next), at)}
        />
      )}
    </fieldset>
  );
}
