import type { ReactNode } from 'react';
import { CloseIcon } from '../icons.tsx';
import { useModal } from '../dialog.tsx';
import { useUnsavedGuard } from '../unsaved-work.tsx';

interface RecordsDialogProps {
  /** One word for what it edits; labels of its parts contain it. */
  readonly name: string;
  readonly title: string;
  /** Path of the file that is edited. */
  readonly file: string;
  /** Facts about the file, beside its path. */
  readonly facts: ReactNode;
  readonly unsaved: boolean;
  /** Why the file has no records; undefined if it has some. */
  readonly absent:
    { readonly state: 'loading' | 'none' | 'failed'; readonly text: string } | undefined;
  /** Closes the dialog, or asks first if changes would be lost. */
  leave(): void;
  readonly children: ReactNode;
  readonly footer: ReactNode;
}

/** A dialog that edits the records of a file. Only its own buttons close it, so that no stray click loses work. */
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

/** Moves the focus within the open dialog. */
export function focusInRecords(selector: string): void {
  document.querySelector<HTMLElement>(`.records-dialog ${selector}`)?.focus();
}
