import { droppedData } from '../../kit/dropped-data.ts';
import { fetched } from '../../kit/part.tsx';
import { useScreen } from '../../kit/stores.ts';

const load = () => import('./drop.ts');
// Fetched while files are dragged over the page, so that it is there when they are dropped.
const prefetch = fetched(load);

const hasFiles = ({ dataTransfer }: DragEvent): boolean =>
  dataTransfer?.types.includes('Files') === true;

function over(event: DragEvent): void {
  if (!hasFiles(event)) return;
  prefetch();
  // Else the browser would leave the page for the file.
  event.preventDefault();
}

function drop(event: DragEvent): void {
  const { dataTransfer, target, defaultPrevented, clientX: x, clientY: y } = event;
  if (dataTransfer === null || !hasFiles(event) || defaultPrevented) return;
  event.preventDefault();
  if (!(target instanceof Element)) return;
  const dropped = { ...droppedData(dataTransfer), target, point: { x, y } };
  load().then(
    (code) => code.drop(dropped),
    () => {
      const message =
        'The page could not receive the files. Check that “graft serve” is still running, and drop them again.';
      useScreen.getState().notify({ tone: 'error', message });
    },
  );
}

/** From now on files that are dropped onto the page are taken; onto a panel or a form nothing comes of it. */
export function takeDroppedFiles(): void {
  window.addEventListener('dragover', over);
  window.addEventListener('drop', drop);
}
