import { useEffect, useRef, type RefObject, type ReactNode } from 'react';

/**
 * Returns the focus to the control of a dialog that lost it while disabled, as a field does while its value is sent; if the
 * control is gone, to the part with `data-focus`. Returns the stop function.
 */
function keepFocusIn(dialog: HTMLElement): () => void {
  let last: HTMLElement | undefined;
  let isLost = false;
  const took = ({ target }: FocusEvent): void => {
    if (target instanceof HTMLElement) last = target;
    isLost = false;
  };
  const look = (): void => {
    isLost ||= last !== undefined && (!last.isConnected || last.matches(':disabled'));
    const { activeElement: focused } = document;
    const isElsewhere = focused !== document.body && focused?.matches(':disabled') === false;
    if (!isLost || isElsewhere) return;
    const stop =
      last?.isConnected === true ? last : dialog.querySelector<HTMLElement>('[data-focus]');
    if (stop?.matches(':disabled') === false) stop.focus();
  };
  const changes = new MutationObserver(look);
  dialog.addEventListener('focusin', took);
  changes.observe(dialog, { subtree: true, childList: true, attributeFilter: ['disabled'] });
  return () => {
    changes.disconnect();
    dialog.removeEventListener('focusin', took);
  };
}

/**
 * A dialog that opens once it is drawn. `showModal` focuses the first focusable element, which may be a frame around the
 * field: the part with `data-focus` gets the focus instead, if there is one.
 */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    if (current === null) return undefined;
    const stop = keepFocusIn(current);
    current.showModal();
    current.querySelector<HTMLElement>('[data-focus]')?.focus();
    return stop;
  }, []);
  return dialog;
}

interface QuestionProps {
  readonly text: string;
  readonly children: ReactNode;
}

/** A question in place of a dialog's buttons. The first answer loses nothing. */
export function FooterQuestion({ text, children }: QuestionProps) {
  const answers = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { activeElement: before, body } = document;
    const dialog = answers.current?.closest('dialog');
    answers.current?.querySelector('button')?.focus();
    return () => {
      // The button that asked has been replaced by the question.
      const there = before !== null && before !== body && before.isConnected ? before : undefined;
      const place = there ?? dialog?.querySelector('[data-list], .cm-content');
      if (place instanceof HTMLElement) place.focus();
    };
  }, []);
  return (
    <div className="flex flex-1 items-center gap-3" role="alertdialog" aria-label={text}>
      <p className="min-w-0 flex-1 font-[550]">{text}</p>
      <div ref={answers} className="flex gap-2">
        {children}
      </div>
    </div>
  );
}
