import type { ReactNode } from 'react';
import { CloseIcon } from '../icons.tsx';
import { useModal } from '../dialog.tsx';
import { useUnsavedGuard } from '../unsaved-work.tsx';

interface RecordsDialogProps {
  /** What it edits, in one word: names its parts. */
  readonly name: string;
  readonly title: string;
  /** Path of the file that is edited. */
  readonly file: string;
  /** What is said of it beside the path. */
  readonly facts: ReactNode;
  readonly unsaved: boolean;
  /** Why there are no records in it; undefined: there are. */
  readonly absent:
    { readonly state: 'loading' | 'none' | 'failed'; readonly text: string } | undefined;
  /** Leaves, or asks before something is lost. */
  leave(): void;
  readonly children: ReactNode;
  readonly footer: ReactNode;
}

/** A dialog in which the records of a file are edited. It goes by its own buttons alone: whatever else would close it might lose work. */
export function RecordsDialog(props: RecordsDialogProps) {
  const { name, title, file, facts, unsaved, absent, leave, children, footer } = props;
  const dialog = useModal();
  useUnsavedGuard(unsaved);
  return (
    <dialog
      ref={dialog}
      className="dialog records-dialog"
      aria-labelledby={`${name}-title`}
      data-testid={`${name}-dialog`}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onClose={() => dialog.current?.showModal()}
    >
      <header className="flex items-center gap-3 border-b border-line py-2 pr-2 pl-5">
        <h2 id={`${name}-title`} className="shrink-0 text-lg font-[620]">
          {title}
        </h2>
        <span className="min-w-0 flex-1 truncate font-mono text-[11.5px] text-ink-2">{file}</span>
        {facts}
        <button type="button" className="icon-button" aria-label="Close" onClick={leave}>
          <CloseIcon />
        </button>
      </header>
      {absent === undefined ? (
        <div className="flex min-h-0 flex-1">{children}</div>
      ) : (
        <p
          className={`flex-1 p-5 whitespace-pre-line ${absent.state === 'failed' ? 'text-error' : 'text-ink-2'}`}
          role={absent.state === 'loading' ? undefined : 'alert'}
        >
          {absent.text}
        </p>
      )}
      <footer className="border-t border-line px-5 py-2.5">{footer}</footer>
    </dialog>
  );
}

/** Moves the focus within the dialog that is open. */
export function focusInRecords(selector: string): void {
  document.querySelector<HTMLElement>(`.records-dialog ${selector}`)?.focus();
}
