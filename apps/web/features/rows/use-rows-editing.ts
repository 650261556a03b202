import { faultAt, portTypes, rowFault, type ReadRows, type RowFault } from '@graft/graph';
import { useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { problemsOf } from '../../api/problem.ts';
import { problemText } from '@graft/view';
import { historyAfter, openHistory } from './edit-history.ts';
import { changesText, readRows, textOfRows, type Edited, type EditedRow } from './edited-rows.ts';

/** What is wrong with each row; kept, since rows never change but are replaced. */
const kept = new WeakMap<EditedRow, { readonly fault: RowFault | undefined }>();

/** Why something could not be done. `stale`: the file is another by now. */
interface Failure {
  readonly message: string;
  readonly stale: boolean;
}

function failureOf(error: unknown): Failure {
  const problems = problemsOf(error);
  const message = problems.slice(0, 3).map(problemText).join('\n');
  return { message, stale: problems[0]?.code === 'stale-save' };
}

/** A file of rows that is edited: read once, kept with its history, and saved when it is asked for. */
export function useRowsEditing(
  { file, type: id, written }: ReadRows,
  saved: (what: string) => void,
) {
  const [history, act] = useReducer(historyAfter, readRows(''), openHistory);
  /** Of the file as it was read; undefined: it has not been yet. */
  const [base, setBase] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const [saving, setSaving] = useState(false);
  const type = portTypes[id];
  const { now: edited } = history;
  const newest = useRef(edited.rows);
  newest.current = edited.rows;
  const faultOf = (row: EditedRow): RowFault | undefined => {
    if (type === undefined || row.deleted) return undefined;
    let known = kept.get(row);
    if (known === undefined) {
      known = { fault: rowFault(row.line, { type, written }) };
      kept.set(row, known);
    }
    return known.fault;
  };
  const read = async (): Promise<void> => {
    try {
      const { text, revision } = await api.rows.read.query({ file });
      act({ kind: 'open', edited: readRows(text) });
      setBase(revision);
      setFailure(undefined);
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  useEffect(() => void read(), []);
  const changes = useMemo(() => changesText(edited), [edited]);

  /** Shows the first row that is none; false where all are right. */
  const showFault = (): boolean => {
    const there = edited.rows.filter(({ deleted }) => !deleted);
    const at = there.findIndex((row) => faultOf(row) !== undefined);
    const row = there[at];
    const fault = row === undefined ? undefined : faultOf(row);
    if (row === undefined || fault === undefined) return false;
    act({ kind: 'show', key: row.key });
    setFailure({ message: `Not saved: ${faultAt(at + 1, fault)}.`, stale: false });
    return true;
  };

  /** Writes the rows; `over`: whatever was written meanwhile. What is refused is told, and nothing is lost. */
  const save = async (over = false): Promise<void> => {
    if (base === undefined || changes === undefined || saving || showFault()) return;
    setSaving(true);
    try {
      const from = over ? (await api.rows.read.query({ file })).revision : base;
      const text = textOfRows(edited);
      const { revision } = await api.rows.save.mutate({
        file,
        text,
        base: from,
        type: id,
        written,
      });
      // What was typed meanwhile is not in the file: one goes on from there.
      if (newest.current === edited.rows) saved(changes);
      else setBase(revision);
    } catch (error) {
      setFailure(failureOf(error));
    } finally {
      setSaving(false);
    }
  };

  return {
    edited,
    changes,
    failure,
    saving,
    ready: base !== undefined,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    faultOf,
    read,
    save,
    /** Changes the rows; `field` while somebody types in one. */
    edit(change: (rows: Edited) => Edited, field?: string) {
      setFailure(undefined);
      act({
        kind: 'edit',
        change,
        ...(field === undefined ? {} : { typing: { field, at: Date.now() } }),
      });
    },
    show: (key: number) => act({ kind: 'show', key }),
    undo: () => act({ kind: 'undo' }),
    redo: () => act({ kind: 'redo' }),
    dismiss: () => setFailure(undefined),
  };
}

export type RowsEditing = ReturnType<typeof useRowsEditing>;
