import { bytes } from '@graft/nodes/kit/ui';
import { useScreen } from '../../kit/stores.ts';
import { useApp } from './app-store.ts';

/** Bytes of a file that is read into a field. */
const largestFile = 20_000_000;

/**
 * Reads a file into an input of the form. What cannot be read is told of, and the field stays as it was; of a graph that is
 * no longer open the text is let go.
 */
export async function readInto(input: string, file: File): Promise<void> {
  const { file: graph } = useApp.getState();
  if (file.size > largestFile) {
    return refuse(
      `${file.name} has ${bytes(file.size)}; a field accepts at most ${bytes(largestFile)}. Choose a smaller file, or read it with a node on the canvas.`,
    );
  }
  let text: string;
  try {
    text = await file.text();
  } catch {
    return refuse(
      `${file.name} could not be read. Check that it still exists, then choose it again.`,
    );
  }
  const now = useApp.getState();
  if (now.file === graph) now.give(input, text);
}

function refuse(message: string): void {
  useScreen.getState().notify({ tone: 'error', message });
}
