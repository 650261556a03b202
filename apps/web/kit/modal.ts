import { useEffect, useRef, type RefObject } from 'react';

/**
 * Gives the focus in a dialog back to what had it, which loses it while it is disabled, as a field is while what it holds is
 * sent; where that is gone, to where one began. Returns the stop function.
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
    if (stop?.matches(':enabled') === true) stop.focus();
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
 * A dialog that opens with what is drawn. `showModal` moves the focus to the first thing that can take it, which
 * may be a frame around the field: the part with `data-focus` gets it, if there is one.
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
