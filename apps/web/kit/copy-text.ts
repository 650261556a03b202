import { rowText } from '@graft/graph';
import { useScreen } from './stores.ts';

/** A row as readable text. */
export function textOf(row: unknown): string {
  const { heading, body } = rowText(row);
  return heading === '' ? body : `${heading}\n${body}`;
}

/** Copies a text, and says so. `about`: a sentence on what was copied. */
export async function copyText(text: string, subject: string, about = ''): Promise<void> {
  const copied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  useScreen.getState().notify(
    copied === true
      ? { tone: 'info', message: `Copied ${subject}. ${about}`.trimEnd() }
      : {
          tone: 'error',
          message: 'The browser blocked copying. Select the text and press Ctrl+C.',
        },
  );
}
