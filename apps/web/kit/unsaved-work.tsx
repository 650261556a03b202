import { useEffect, type ReactNode } from 'react';
import { FooterQuestion } from './dialog.tsx';

/** The browser asks before the page goes while something is not saved. */
export function useUnsavedGuard(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return undefined;
    const stay = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', stay);
    return () => window.removeEventListener('beforeunload', stay);
  }, [unsaved]);
}

interface PressedKey {
  readonly event: KeyboardEvent;
  /** In lower case. */
  readonly key: string;
  /** Ctrl, or Command. */
  readonly held: boolean;
}

/** The keys of a dialog, wherever the focus is: it is nowhere when what had it has gone. `press` says whether the key does anything. */
export function useDialogKeys(press: (pressed: PressedKey) => boolean): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      const held = event.ctrlKey || event.metaKey;
      if (press({ event, key: event.key.toLowerCase(), held })) event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  });
}

interface UnsavedProps {
  /** What leaving would lose; absent: nobody leaves. */
  readonly lost: string | undefined;
  /** Says that the file was saved by somebody else in the meantime; absent: it was not. */
  readonly stale: string | undefined;
  readonly saving: boolean;
  /** Goes on editing, whatever was asked. */
  keep(): void;
  discard(): void;
  reload(): void;
  overwrite(): void;
  /** The buttons where nothing is asked. */
  readonly children: ReactNode;
}

/** The buttons of a dialog in which a file is edited, or what is asked in their place before work is lost. */
export function UnsavedQuestion(props: UnsavedProps) {
  const { lost, stale, saving, keep, discard, reload, overwrite, children } = props;
  const text = lost ?? stale;
  if (text === undefined) return children;
  return (
    // Another question is asked anew: it takes the focus.
    <FooterQuestion key={lost === undefined ? 'stale' : 'lost'} text={text}>
      <button type="button" className="button" onClick={keep}>
        Keep editing
      </button>
      {lost === undefined ? (
        <>
          <button
            type="button"
            className="button stop"
            title="Discards your changes"
            onClick={reload}
          >
            Reload the file
          </button>
          <button
            type="button"
            className="button stop"
            title="Overwrites the changes saved in the meantime"
            disabled={saving}
            onClick={overwrite}
          >
            Overwrite the file
          </button>
        </>
      ) : (
        <button type="button" className="button stop" onClick={discard}>
          Discard changes
        </button>
      )}
    </FooterQuestion>
  );
}
