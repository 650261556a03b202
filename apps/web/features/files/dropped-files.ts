import { fetched } from '../../kit/part.tsx';

// Files are dragged over the page before they are dropped: it is there by then.
const dropping = fetched(() => import('./drop.ts'));

function over(event: DragEvent): void {
  if (event.dataTransfer?.types.includes('Files') !== true) return;
  dropping();
  // Else the browser would leave the page for the file.
  event.preventDefault();
}

function drop(event: DragEvent): void {
  const code = dropping();
  if (code !== undefined) code.drop(event);
  else if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
}

/** From now on files that are dropped onto the page are taken; onto a panel or a form nothing comes of it. */
export function takeDroppedFiles(): void {
  window.addEventListener('dragover', over);
  window.addEventListener('drop', drop);
}
