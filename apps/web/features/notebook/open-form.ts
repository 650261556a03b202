import { focusAwaited } from '../../kit/typed-ahead.ts';
import { lookAtCell } from './cell-looks.ts';

const fields = '.cell-form :is(input, textarea, select, [contenteditable])';

/** Opens the parameters of a cell, and goes into the first of them. `path` is its node's. */
export function openForm(id: string, path: string): void {
  lookAtCell(path, { open: true });
  focusAwaited(() => document.querySelector(`[data-cell="${CSS.escape(id)}"] ${fields}`));
}
