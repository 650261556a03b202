import { lookAtCell } from './cell-looks.ts';

const fields = '.cell-form :is(input, textarea, select, [contenteditable])';

/** Opens the parameters of a cell, and goes into the first of them. `path` is its node's. */
export function openForm(id: string, path: string): void {
  lookAtCell(path, { open: true });
  const inCell = `[data-cell="${CSS.escape(id)}"] ${fields}`;
  // The form comes when it is first asked for.
  const focus = (tries: number): void => {
    const field = document.querySelector<HTMLElement>(inCell);
    if (field !== null) field.focus();
    else if (tries > 0) setTimeout(() => focus(tries - 1), 50);
  };
  setTimeout(() => focus(40), 0);
}
