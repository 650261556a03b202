import { count, plural } from '@graft/nodes/kit/ui';
import { useDeferredValue, useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { CloseIcon, PlusIcon, RedoIcon, UndoIcon } from '../../kit/icons.tsx';
import { useModal } from '../../kit/modal.ts';
import { keyName } from '../../kit/platform.ts';
import { useOverlay } from '../../kit/stores.ts';
import type { RowsToEdit } from '@graft/view';
import {
  addRow,
  changeOf,
  deleteRow,
  duplicateRow,
  rowOf,
  withLine,
  type EditedRow,
} from './edited-rows.ts';
import { EditFooter } from './edit-footer.tsx';
import { tellOfSaved } from '../../api/runs/tell-of-saved-rows.ts';
import { RowForm } from './row-form.tsx';
import { RowList, type ListedRow } from './row-list.tsx';
import { emptyLine, rowShape } from './row-shape.ts';
import { useRowsEditing, type RowsEditing } from './use-rows-editing.ts';

/** Moves the focus when what was asked for is drawn. */
function focusOn(dialog: RefObject<HTMLDialogElement | null>, selector: string): void {
  requestAnimationFrame(() => dialog.current?.querySelector<HTMLElement>(selector)?.focus());
}

const firstField = '.row-form :is(textarea, input, select)';

/** The rows with their numbers in the file as it would be written: those that hold a text, or were changed. */
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

/** The editor of a file of frozen rows: the rows at the left, the fields of one at the right. */
export function RowsDialog({ rows }: { readonly rows: RowsToEdit }) {
  const dialog = useModal();
  const shape = useMemo(() => rowShape(rows.type), [rows.type]);
  const [text, setText] = useState('');
  const [onlyChanged, setOnlyChanged] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const close = (): void => useOverlay.getState().show({ editedRows: null });
  const editing = useRowsEditing(rows, (what) => {
    close();
    void tellOfSaved(rows.file, what);
  });
  const { edited, changes, ready } = editing;
  const listed = useListed(editing, { text, changed: onlyChanged && changes !== undefined });
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
    if (ready) focusOn(dialog, '[data-list]');
  }, [ready, dialog]);
  useEffect(() => {
    if (changes === undefined) setLeaving(false);
  }, [changes]);
  const dirty = useRef(false);
  dirty.current = changes !== undefined;
  useEffect(() => {
    const stay = (event: BeforeUnloadEvent): void => {
      if (dirty.current) event.preventDefault();
    };
    window.addEventListener('beforeunload', stay);
    return () => window.removeEventListener('beforeunload', stay);
  }, []);
  /** Saves, or goes to what keeps the rows from being saved. */
  const save = (): void => {
    void editing.save();
    focusOn(dialog, '.row-form [aria-invalid="true"]');
  };
  const add = (): void => {
    editing.edit((now) => addRow(now, emptyLine(shape)));
    setText('');
    focusOn(dialog, firstField);
  };
  const step = (by: 1 | -1): void => {
    const next = listed[listed.findIndex((each) => each.row.key === edited.shown) + by];
    if (next === undefined) return;
    editing.show(next.row.key);
    if (document.activeElement?.closest('.row-form')) focusOn(dialog, firstField);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const held = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (key === 'escape') wantToLeave();
    else if (held && (key === 's' || key === 'enter')) save();
    else if (held && (key === 'y' || (key === 'z' && event.shiftKey))) editing.redo();
    else if (held && key === 'z') editing.undo();
    else if (event.altKey && key === 'arrowdown') step(1);
    else if (event.altKey && key === 'arrowup') step(-1);
    else return;
    event.preventDefault();
  };
  // Wherever the focus is: it is nowhere when what had it has gone.
  useEffect(() => {
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
  const at = listed.find((each) => each.row.key === edited.shown)?.number;
  return (
    <dialog
      ref={dialog}
      className="dialog rows-dialog"
      aria-labelledby="rows-title"
      data-testid="rows-dialog"
      // It goes by its own buttons alone: whatever else would close it might lose what was typed.
      onCancel={(event) => event.preventDefault()}
      onClose={() => dialog.current?.showModal()}
    >
      <header className="flex items-center gap-3 border-b border-line py-2 pr-2 pl-5">
        <h2 id="rows-title" className="shrink-0 text-lg font-[620]">
          Edit the rows
        </h2>
        <span className="min-w-0 flex-1 truncate font-mono text-[11.5px] text-ink-2">
          {rows.file}
        </span>
        <span className="chip">{rows.type}</span>
        <button type="button" className="icon-button" aria-label="Close" onClick={wantToLeave}>
          <CloseIcon />
        </button>
      </header>
      {ready ? (
        <div className="flex min-h-0 flex-1">
          <section
            className="flex w-[340px] shrink-0 flex-col border-r border-line"
            aria-label="All rows"
          >
            <div className="flex h-10 shrink-0 items-center gap-1.5 border-b border-line px-3">
              <input
                type="search"
                className="field h-[26px]"
                aria-label="Filter the rows"
                placeholder={`Filter ${plural(edited.rows.length, 'row')}`}
                value={text}
                onChange={(event) => setText(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key !== 'Escape' || text === '') return;
                  setText('');
                  event.preventDefault();
                  event.stopPropagation();
                }}
              />
              <button type="button" className="button small" onClick={add}>
                <PlusIcon /> Add
              </button>
            </div>
            {listed.length === 0 ? <p className="px-4 py-3 text-ink-2">No row matches.</p> : null}
            <RowList
              rows={listed}
              shown={edited.shown}
              isWrong={(each) => editing.faultOf(each) !== undefined}
              show={editing.show}
              enter={() => focusOn(dialog, firstField)}
              remove={() => editing.edit(deleteRow)}
            />
          </section>
          {row === undefined ? null : (
            <ShownRow
              row={row}
              number={at === undefined ? 'Row' : `Row ${count(at)}`}
              editing={editing}
              shape={shape}
              duplicate={() => {
                editing.edit(duplicateRow);
                focusOn(dialog, firstField);
              }}
            />
          )}
        </div>
      ) : editing.failure === undefined ? (
        <p className="flex-1 p-5 text-ink-2">Reading the rows …</p>
      ) : (
        <p className="flex-1 p-5 whitespace-pre-line text-error" role="alert">
          {editing.failure.message}
        </p>
      )}
      <EditFooter
        editing={editing}
        leaving={leaving}
        onlyChanged={onlyChanged}
        showChanged={() => setOnlyChanged(!onlyChanged)}
        cancel={wantToLeave}
        save={save}
        stay={() => setLeaving(false)}
        discard={leave}
        history={
          <>
            <button
              type="button"
              className="icon-button"
              aria-label="Undo the last change to the rows"
              title={`Undo (${keyName('Z')})`}
              disabled={!editing.canUndo}
              onClick={editing.undo}
            >
              <UndoIcon />
            </button>
            <button
              type="button"
              className="icon-button"
              aria-label="Redo the last change to the rows"
              title={`Redo (${keyName('Z', true)})`}
              disabled={!editing.canRedo}
              onClick={editing.redo}
            >
              <RedoIcon />
            </button>
          </>
        }
      />
    </dialog>
  );
}
