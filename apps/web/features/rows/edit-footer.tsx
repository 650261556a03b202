import { RedoIcon, UndoIcon } from '../../kit/icons.tsx';
import { keyName } from '../../kit/chord.ts';
import { UnsavedQuestion } from '../../kit/unsaved-work.tsx';
import type { RowsEditing } from './use-rows-editing.ts';

interface FooterProps {
  readonly editing: RowsEditing;
  /** Somebody wants to close it, and something would be lost. */
  readonly leaving: boolean;
  readonly onlyChanged: boolean;
  showChanged(): void;
  cancel(): void;
  save(): void;
  stay(): void;
  discard(): void;
}

/** Undo and redo, what was changed, and how to go on. */
function Buttons({ editing, onlyChanged, showChanged, cancel, save }: FooterProps) {
  const { changes, saving, ready, canUndo, canRedo, undo, redo } = editing;
  const steps = [
    { name: 'Undo', title: keyName('Z'), can: canUndo, take: undo, Icon: UndoIcon },
    { name: 'Redo', title: keyName('Z', true), can: canRedo, take: redo, Icon: RedoIcon },
  ];
  if (!ready) {
    return (
      <button type="button" className="button ml-auto" onClick={cancel}>
        Close
      </button>
    );
  }
  return (
    <>
      {steps.map(({ name, title, can, take, Icon }) => (
        <button
          key={name}
          type="button"
          className="icon-button"
          aria-label={`${name} the last change to the rows`}
          title={`${name} (${title})`}
          disabled={!can}
          onClick={take}
        >
          <Icon />
        </button>
      ))}
      {changes === undefined ? (
        <span className="ml-1 text-ink-2">Nothing changed</span>
      ) : (
        <button
          type="button"
          className="ml-1 hover:underline aria-pressed:text-accent"
          aria-pressed={onlyChanged}
          title={onlyChanged ? 'Show all rows' : 'Show only these'}
          data-testid="changes"
          onClick={showChanged}
        >
          {changes}
        </button>
      )}
      <span className="flex-1" />
      <button type="button" className="button" onClick={cancel}>
        Cancel
      </button>
      <button
        type="button"
        className="button go"
        title={keyName('S')}
        disabled={changes === undefined}
        aria-busy={saving}
        onClick={save}
      >
        Save
      </button>
    </>
  );
}

/** Below the rows: what was changed, what went wrong, and how to go on. */
export function EditFooter(props: FooterProps) {
  const { editing, leaving, stay, discard } = props;
  const { changes, failure, saving, ready } = editing;
  const lost = leaving && changes !== undefined ? `${changes}, not saved.` : undefined;
  const stale = failure?.stale === true ? failure.message : undefined;
  return (
    <>
      {!ready || failure === undefined || (failure.stale && !leaving) ? null : (
        <p className="mb-2 whitespace-pre-line text-error" role="alert">
          {failure.message}
        </p>
      )}
      <div className="flex min-h-[30px] items-center gap-2">
        <UnsavedQuestion
          {...{ lost, stale, saving, discard }}
          keep={lost === undefined ? editing.dismiss : stay}
          reload={() => void editing.read()}
          overwrite={() => void editing.save(true)}
        >
          <Buttons {...props} />
        </UnsavedQuestion>
      </div>
    </>
  );
}
