import { fetched } from '../../kit/part.tsx';
import { useScreen } from '../../kit/stores.ts';

// Fetched while files are dragged over the page, so that it is there when they are dropped.
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
  else if (event.dataTransfer?.types.includes('Files') === true) {
    event.preventDefault();
    const message = 'The page is still loading. Drop the files again.';
    useScreen.getState().notify({ tone: 'error', message });
  }
}

/** From now on files that are dropped onto the page are taken; onto a panel or a form nothing comes of it. */
export function takeDroppedFiles(): void {
  window.addEventListener('dragover', over);
  window.addEventListener('drop', drop);
}
