import { notesLine, readNotes, type RunRecord } from '@graft/graph';
import { useRef, useState, type KeyboardEvent } from 'react';
import { api } from '../../api/client.ts';
import { report } from '../../api/graphs/graph-file.ts';
import { refreshRuns } from '../../api/runs/run-actions.ts';

/** Whether it was saved; why not is reported. */
async function save(runId: string, line: string): Promise<boolean> {
  const { note, tags } = readNotes(line);
  try {
    await api.runs.annotate.mutate({ runId, note, tags: [...tags] });
    await refreshRuns();
    return true;
  } catch (error) {
    report(error);
    return false;
  }
}

/** The note and tags of a run. A click or Enter turns them into a field; Enter and leaving it save, Escape does not. */
export function RunNotesCell({
  run,
  called,
}: {
  readonly run: RunRecord;
  readonly called: string;
}) {
  const line = notesLine(run);
  const [typed, type] = useState<string>();
  /** Whether the field is left by a key: the button takes the focus when it is back. */
  const byKey = useRef(false);
  const takeFocus = (button: HTMLButtonElement | null): void => {
    if (button === null || !byKey.current) return;
    byKey.current = false;
    button.focus();
  };
  const leave = (): void => type(undefined);
  const keep = (text: string): void => {
    if (text.trim() === line) leave();
    else
      void save(run.id, text).then((isSaved) => {
        if (isSaved) leave();
        // What was typed stays in the field.
        else byKey.current = false;
      });
  };
  const press = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    byKey.current = true;
    if (event.key === 'Enter') keep(event.currentTarget.value);
    else leave();
  };
  if (typed !== undefined) {
    return (
      <input
        className="field run-note-field"
        aria-label={`Note and tags of ${called}`}
        placeholder="Note and #tags"
        autoFocus
        value={typed}
        onChange={({ target }) => type(target.value)}
        onKeyDown={press}
        onBlur={({ target }) => {
          if (!byKey.current) keep(target.value);
        }}
      />
    );
  }
  const { note, tags = [] } = run;
  return (
    <button
      ref={takeFocus}
      type="button"
      className="run-note"
      aria-label={line === '' ? `Add a note to ${called}` : `Edit the note of ${called}: ${line}`}
      title={line === '' ? 'Add a note and #tags' : line}
      onClick={() => type(line)}
    >
      {tags.map((tag) => (
        <span key={tag} className="chip">
          #{tag}
        </span>
      ))}
      {note === undefined ? null : <span className="truncate">{note}</span>}
      {line === '' ? <span className="text-ink-2">Add note</span> : null}
    </button>
  );
}
