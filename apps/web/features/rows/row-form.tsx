import type { RowFault } from '@graft/graph';
import { JsonControl } from '../../kit/form/json-control.tsx';
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

/** One row, to be edited by its fields or as JSON; what is no JSON can only be edited as text. */
export function RowForm({ row, shape, fault, asJson, edit }: RowFormProps) {
  const value = valueOf(row.line);
  const plain = asJson || value === undefined;
  return (
    <fieldset
      disabled={changeOf(row) === 'deleted'}
      data-json={plain}
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
        <JsonControl
          id="row-json"
          label="The row as JSON"
          value={value ?? row.line}
          invalid={fault !== undefined}
          describedBy="row-fault"
          change={(next) => edit(typeof next === 'string' ? next : JSON.stringify(next), 'JSON')}
        />
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
