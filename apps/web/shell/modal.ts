import { useEffect, useRef, type RefObject } from 'react';

/**
 * A dialog that opens with what is drawn. `showModal` moves the focus to the first thing that can take it, which
 * may be a frame around the field: the part with `data-focus` gets it, if there is one.
 */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('[data-focus]')?.focus();
  }, []);
  return dialog;
}
