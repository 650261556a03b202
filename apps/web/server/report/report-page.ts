import { readFile } from 'node:fs/promises';
import { GraphError } from '@graft/graph';
import type { Report } from '@graft/view';
import { embeddedJson, escapeMarkup } from './page-text.ts';

/** Where the parts of a run stand in the built page: see `build-report.mjs`. */
const places = { title: '{{title}}', data: '{{data}}' };

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

/** A report as one file of HTML: the built page with the run in it. */
export function reportPage(built: string, report: Report): string {
  const [head, rest] = cutAt(built, places.title);
  const [middle, end] = cutAt(rest, places.data);
  return [head, escapeMarkup(report.title), middle, embeddedJson(report), end].join('');
}

function cutAt(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`The built page of a report has no ${mark}.`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
