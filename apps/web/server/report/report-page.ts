import { readFile } from 'node:fs/promises';
import { GraphError } from '@graft/graph';
import type { Report } from '@graft/view';
import { embeddedJson, escapeMarkup } from './page-text.ts';

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
