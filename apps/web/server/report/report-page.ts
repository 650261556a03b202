import { readFile } from 'node:fs/promises';
import { GraphError } from '@graft/graph';
import type { Report } from '@graft/view';

/** The built page, into which a run is written. Throws `unavailable` where there is none. */
export async function readReportPage(file: string | undefined): Promise<string> {
  try {
    if (file !== undefined) return await readFile(file, 'utf8');
  } catch (cause) {
    throw notBuilt(cause);
  }
  throw notBuilt();
}

const notBuilt = (cause?: unknown): GraphError =>
  new GraphError('unavailable', 'The page of a run is not built. Run npm run build first.', {
    ...{ audience: 'operator', cause },
  });

/** A report as one file of HTML: the built page with the run in it, at the marks that `build-report.mjs` left. */
export function reportPage(built: string, report: Report): string {
  // The mark of the title stands before that of the data: no text of the run is taken for one.
  return built
    .replace('{{data}}', () => embeddedJson(report))
    .replace('{{title}}', () => escapeMarkup(report.title));
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A text as it stands between tags of HTML or SVG. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>]/g, (sign) => entities[sign] ?? '');
}

/**
 * JSON that can stand in a script element: without a `<`, which could end it or begin a comment, and without the line ends
 * that only JavaScript knows.
 */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Bytes that a value takes there. */
export function embeddedSize(value: unknown): number {
  return Buffer.byteLength(embeddedJson(value));
}
