import type { EditorView } from '@codemirror/view';
import { useEffect, useRef, type RefObject } from 'react';
import { CloseIcon } from '../icons.tsx';
import { useModal } from '../dialog.tsx';

interface LargeProps {
  readonly title: string;
  readonly view: EditorView;
  readonly unknown: string | undefined;
  /** Where the editor stands when it is not enlarged. */
  readonly home: RefObject<HTMLElement | null>;
  close(): void;
}

/** A prompt over the page, with room for a long one: the same editor, with its place and what can be undone in it. */
export function LargePrompt({ title, view, unknown, home, close }: LargeProps) {
  const dialog = useModal();
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const show = (within: HTMLElement | null): void => {
      within?.append(view.dom);
      view.requestMeasure();
      view.focus();
    };
    show(body.current);
    // Once the dialog is gone, which has the focus to itself.
    return () => show(home.current);
  }, [view, home]);
  return (
    <dialog
      ref={dialog}
      className="dialog w-[960px]"
      aria-label={`${title}, enlarged`}
      onCancel={(event) => event.preventDefault()}
      onClose={close}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        // Not for the field: what was written here is kept.
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <header className="flex items-center gap-3 border-b border-line py-2 pr-2 pl-5">
        <h2 className="min-w-0 flex-1 truncate text-lg font-[620]">{title}</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <CloseIcon />
        </button>
      </header>
      <div ref={body} className="px-5 py-4" />
      <p className="px-5 pb-3 text-sm text-working empty:hidden">{unknown}</p>
    </dialog>
  );
}
