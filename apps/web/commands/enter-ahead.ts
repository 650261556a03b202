/** Frames that a menu may take to come, and those in which what is typed settles what is chosen. */
const patience = 300;
const settling = 3;

/** Presses Enter where it was meant: in the dialog that was still being loaded, once that has something to choose, or a name. */
export function enterWhenOpen(): void {
  let open = 0;
  const look = (left: number): void => {
    const field = document.querySelector<HTMLInputElement>('dialog[open] input');
    const chosen = field?.form ?? field?.closest('dialog')?.querySelector('[aria-selected="true"]');
    open = chosen ? open + 1 : 0;
    if (!field || open < settling) {
      if (left > 0) requestAnimationFrame(() => look(left - 1));
    } else if (field.form === null) {
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    } else field.form.requestSubmit();
  };
  look(patience);
}
