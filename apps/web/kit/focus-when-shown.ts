/** Frames that a card may take to be shown: it is measured first, and hidden until then. */
const patience = 60;

/** Gives a field the focus as soon as it can have it. Returns what ends the waiting. */
export function focusWhenShown(field: HTMLTextAreaElement | HTMLInputElement | null): () => void {
  let waiting = 0;
  const look = (tries: number): void => {
    field?.focus({ preventScroll: true });
    if (field === null || document.activeElement === field || tries === 0) return;
    waiting = requestAnimationFrame(() => look(tries - 1));
  };
  look(patience);
  return () => cancelAnimationFrame(waiting);
}
