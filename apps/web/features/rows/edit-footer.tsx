import type { ReactNode } from 'react';
import { FooterQuestion } from '../../kit/dialog.tsx';
import { keyName } from '../../kit/chord.ts';
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
  readonly history: ReactNode;
}

/** Below the rows: what was changed, what went wrong, and how to go on. */
export function EditFooter(props: FooterProps) {
  const { editing, leaving, onlyChanged, showChanged, cancel, save, stay, discard, history } =
    props;
  const { changes, failure, saving, ready } = editing;
  return (
    <footer className="border-t border-line px-5 py-2.5">
      {!ready || failure === undefined || (failure.stale && !leaving) ? null : (
        <p className="mb-2 whitespace-pre-line text-error" role="alert">
          {failure.message}
        </p>
      )}
      <div className="flex min-h-[30px] items-center gap-2">
        {leaving && changes !== undefined ? (
          <FooterQuestion text={`${changes}, not saved.`}>
            <button type="button" className="button" onClick={stay}>
              {' '}
              Keep editing{' '}
            </button>
            <button type="button" className="button stop" onClick={discard}>
              {' '}
              Discard changes{' '}
            </button>
          </FooterQuestion>
        ) : failure?.stale === true ? (
          <FooterQuestion text={failure.message}>
            <button type="button" className="button" onClick={editing.dismiss}>
              {' '}
              Keep editing{' '}
            </button>
            <button
              type="button"
              className="button stop"
              title="Discards your changes"
              onClick={() => void editing.read()}
            >
              {' '}
              Reload the file{' '}
            </button>
            <button
              type="button"
              className="button stop"
              title="Overwrites the changes saved in the meantime"
              onClick={() => void editing.save(true)}
            >
              {' '}
              Overwrite the file{' '}
            </button>
          </FooterQuestion>
        ) : (
          <>
            {ready ? history : null}
            {changes === undefined ? (
              <span className="ml-1 text-ink-2">{ready ? 'Nothing changed' : ''}</span>
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
              {ready ? 'Cancel' : 'Close'}
            </button>
            {ready ? (
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
            ) : null}
          </>
        )}
      </div>
    </footer>
  );
}
