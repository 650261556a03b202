/** Frames in which a list settles what is chosen, and those for which that is waited for. */
const settling = 3;
const patience = 300;

const nextFrame = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => resolve()));

/** Waits until a dialog that offers a list has chosen from it what fits what was typed. */
async function choiceSettled(dialog: Element): Promise<void> {
  let chosen = 0;
  for (let left = patience; left > 0 && chosen < settling; left--) {
    await nextFrame();
    chosen = dialog.querySelector('[aria-selected="true"]') === null ? 0 : chosen + 1;
  }
}

/** What a key does in a field by itself, where nothing has taken it. */
function write(key: string, field: HTMLElement): void {
  if (key.length === 1) document.execCommand('insertText', false, key);
  else if (key === 'Backspace') document.execCommand('delete');
  else if (key === 'Escape') field.closest('dialog')?.close();
  else if (key === 'Enter' && field instanceof HTMLInputElement) field.form?.requestSubmit();
  else if (key === 'Enter') document.execCommand('insertLineBreak');
}

/** Presses a key where the focus is, as if it had been pressed just now. */
export async function pressKey(key: string): Promise<void> {
  const list = document.activeElement?.closest('dialog[open]:has([role="listbox"])');
  if (key === 'Enter' && list) await choiceSettled(list);
  const { activeElement: field } = document;
  if (!(field instanceof HTMLElement)) return;
  const press = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
  if (field.dispatchEvent(press)) write(key, field);
}
