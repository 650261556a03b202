import { rowText } from '@graft/graph';
import { useScreen } from './stores.ts';

/** A row as readable text. */
export function textOf(row: unknown): string {
  const { heading, body } = rowText(row);
  return heading === '' ? body : `${heading}\n${body}`;
}

export async function copyText(text: string, subject: string): Promise<void> {
  const copied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  useScreen.getState().notify(
    copied === true
      ? { tone: 'info', message: `Copied ${subject}.` }
      : {
          tone: 'error',
          message: 'The browser blocked copying. Select the text and press Ctrl+C.',
        },
  );
}
