import { count, plural } from '@graft/nodes/kit/ui';
import type { RowsToEdit } from '@graft/view';
import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { tellOfSaved } from '../../api/runs/tell-of-saved-rows.ts';
import { PlusIcon } from '../../kit/icons.tsx';
import { keyBeside, RecordList } from '../../kit/records/record-list.tsx';
import { focusInRecords, RecordsDialog } from '../../kit/records/records-dialog.tsx';
import { useOverlay } from '../../kit/stores.ts';
import { useDialogKeys } from '../../kit/unsaved-work.tsx';
import { EditFooter } from './edit-footer.tsx';
import {
  addRow,
  changeOf,
  deleteRow,
  duplicateRow,
  rowOf,
  withLine,
  type EditedRow,
} from './edited-rows.ts';
import { RowForm } from './row-form.tsx';
import { rowLine } from './row-line.tsx';
import { emptyLine, rowShape } from './row-shape.ts';
import { useRowsEditing, type RowsEditing } from './use-rows-editing.ts';

/** Moves the focus once what was asked for is drawn. */
function focusOn(selector: string): void {
  requestAnimationFrame(() => focusInRecords(selector));
}

const firstField = '.row-form :is(textarea, input, select)';

interface ListedRow {
  readonly row: EditedRow;
  /** Its number in the file as it would be written; undefined: it is deleted. */
  readonly number: number | undefined;
}

/** The rows that hold a text, or were changed. */
function useListed(
  { edited }: RowsEditing,
  { text, changed }: { readonly text: string; readonly changed: boolean },
): readonly ListedRow[] {
  const sought = useDeferredValue(text).trim().toLowerCase();
  return useMemo(() => {
    let number = 0;
    return edited.rows.flatMap((row) => {
      if (!row.deleted) number += 1;
      const fits =
        (sought === '' || row.line.toLowerCase().includes(sought)) &&
        (!changed || changeOf(row) !== undefined);
      return fits ? [{ row, number: row.deleted ? undefined : number }] : [];
    });
  }, [edited.rows, sought, changed]);
}

const stateWords = { changed: 'changed', added: 'new', deleted: 'deleted' } as const;

interface ShownProps {
  readonly row: EditedRow;
  readonly number: string;
  readonly editing: RowsEditing;
  readonly shape: ReturnType<typeof rowShape>;
  duplicate(): void;
}

/** The row that is shown: what became of it, what can be done with it, and its fields. */
function ShownRow({ row, number, editing, shape, duplicate }: ShownProps) {
  const [asJson, setAsJson] = useState(false);
  const change = changeOf(row);
  return (
    <section className="flex min-w-0 flex-1 flex-col" aria-label="The row">
      <div className="flex h-10 shrink-0 items-center gap-2 border-b border-line pr-3 pl-5">
        <h3 className="font-[550]">{number}</h3>
        {change === undefined ? null : (
          <span className="chip" data-tone={change === 'deleted' ? 'bad' : 'working'}>
            {stateWords[change]}
          </span>
        )}
        <span className="flex-1" />
        <label className="mr-2 flex items-center gap-1.5 text-ink-2">
          <input
            type="checkbox"
            checked={asJson}
            onChange={(event) => setAsJson(event.target.checked)}
          />
          As JSON
        </label>
        <button type="button" className="button small" disabled={row.deleted} onClick={duplicate}>
          Duplicate
        </button>
        <button type="button" className="button small" onClick={() => editing.edit(deleteRow)}>
          {row.deleted ? 'Restore' : 'Delete'}
        </button>
      </div>
      <RowForm
        key={row.key}
        row={row}
        shape={shape}
        fault={editing.faultOf(row)}
        asJson={asJson}
        edit={(line, field) => editing.edit((rows) => withLine(rows, line), field)}
      />
    </section>
  );
}

interface FilterProps {
  readonly text: string;
  /** How many rows there are. */
  readonly of: number;
  filter(text: string): void;
  add(): void;
}

/** Above the rows: what they are filtered by, and a new one. */
function FilterBar({ text, of, filter, add }: FilterProps) {
  return (
    <>
      <input
        type="search"
        className="field h-[26px]"
        aria-label="Filter the rows"
        placeholder={`Filter ${plural(of, 'row')}`}
        value={text}
        onChange={(event) => filter(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || text === '') return;
          filter('');
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <button type="button" className="button small" onClick={add}>
        <PlusIcon /> Add
      </button>
    </>
  );
}

/** The editor of a file of frozen rows: the rows at the left, the fields of one at the right. */
export function RowsDialog({ rows }: { readonly rows: RowsToEdit }) {
  const shape = useMemo(() => rowShape(rows.type), [rows.type]);
  const [text, setText] = useState('');
  const [onlyChanged, setOnlyChanged] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const close = (): void => useOverlay.getState().show({ editedRows: null });
  const editing = useRowsEditing(rows, (what) => {
    close();
    void tellOfSaved(rows.file, what);
  });
  const { edited, changes, failure, ready } = editing;
  const listed = useListed(editing, { text, changed: onlyChanged && changes !== undefined });
  const keys = useMemo(() => listed.map(({ row }) => row.key), [listed]);
  const row = rowOf(edited);
  const leave = (): void => {
    close();
    rows.giveUp?.();
  };
  /** Leaves at once where nothing would be lost, else asks. */
  const wantToLeave = (): void => {
    if (changes === undefined) leave();
    else setLeaving(!leaving);
  };
  useEffect(() => {
    if (ready) focusOn('[data-list]');
  }, [ready]);
  useEffect(() => {
    if (changes === undefined) setLeaving(false);
  }, [changes]);
  /** Saves, or goes to what keeps the rows from being saved. */
  const save = (): void => {
    void editing.save();
    focusOn('.row-form [aria-invalid="true"]');
  };
  const add = (): void => {
    editing.edit((now) => addRow(now, emptyLine(shape)));
    setText('');
    focusOn(firstField);
  };
  const step = (by: 1 | -1): void => {
    const next = keyBeside(keys, edited.shown, by);
    if (next === undefined) return;
    editing.show(next);
    if (document.activeElement?.closest('.row-form')) focusOn(firstField);
  };
  useDialogKeys(({ event: { altKey, shiftKey }, key, held }) => {
    if (key === 'escape') wantToLeave();
    else if (held && (key === 's' || key === 'enter')) save();
    else if (held && (key === 'y' || (key === 'z' && shiftKey))) editing.redo();
    else if (held && key === 'z') editing.undo();
    else if (altKey && key === 'arrowdown') step(1);
    else if (altKey && key === 'arrowup') step(-1);
    else return false;
    return true;
  });
  const at = listed[keys.indexOf(edited.shown)]?.number;
  return (
    <RecordsDialog
      name="rows"
      title="Edit the rows"
      file={rows.file}
      facts={<span className="chip">{rows.type}</span>}
      unsaved={changes !== undefined}
      absent={
        ready
          ? undefined
          : failure === undefined
            ? { state: 'loading', text: 'Reading the rows …' }
            : { state: 'failed', text: failure.message }
      }
      leave={wantToLeave}
      footer={
        <EditFooter
          {...{ editing, leaving, onlyChanged, save }}
          showChanged={() => setOnlyChanged(!onlyChanged)}
          cancel={wantToLeave}
          stay={() => setLeaving(false)}
          discard={leave}
        />
      }
    >
      <RecordList
        unit="row"
        keys={keys}
        shown={edited.shown}
        show={editing.show}
        line={(place) => {
          const each = listed[place];
          if (each === undefined) return undefined;
          const wrong = editing.faultOf(each.row) !== undefined;
          return rowLine(each.row, { number: each.number, wrong });
        }}
        bar={<FilterBar {...{ text, add }} of={edited.rows.length} filter={setText} />}
        empty="No row matches."
        press={{
          Enter: () => focusOn(firstField),
          Delete: () => editing.edit(deleteRow),
        }}
      />
      {row === undefined ? null : (
        <ShownRow
          row={row}
          number={at === undefined ? 'Row' : `Row ${count(at)}`}
          editing={editing}
          shape={shape}
          duplicate={() => {
            editing.edit(duplicateRow);
            focusOn(firstField);
          }}
        />
      )}
    </RecordsDialog>
  );
}
