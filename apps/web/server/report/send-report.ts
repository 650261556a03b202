import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { GraphError } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { ZipFile } from 'yazl';
import { z } from 'zod';
import { disposition, refuse, safeFileName, queryOf } from '../download.ts';
import { safeHeaders } from '../static-files.ts';
import { withoutFolders } from '../router/shown-paths.ts';
import type { Report } from '@graft/view';
import { collectReport } from './collect-report.ts';
import { markdownReport } from './markdown-report.ts';
import { readReportPage, reportPage } from './report-page.ts';
import { fileTitle } from './report-story.ts';

/** Where a run is downloaded as a page. */
export const reportPath = '/api/report';

const querySchema = z.object({
  run: z.string().min(1).max(200),
  format: z.enum(['html', 'md']).default('html'),
});

interface Source {
  readonly workspace: Workspace;
  readonly page: string | undefined;
}

/** What is sent of a run. */
interface Sent {
  readonly body: string | Buffer;
  readonly mediaType: string;
  readonly ending: string;
}

/** The report in Markdown; one with pictures is an archive of both. */
async function inMarkdown(report: Report, name: string): Promise<Sent> {
  const folder = `${name}-pictures`;
  const { text, pictures } = markdownReport(report, folder);
  if (pictures.size === 0)
    return { body: text, mediaType: 'text/markdown; charset=utf-8', ending: 'md' };
  const files = [...pictures].map(([file, svg]) => [`${folder}/${file}`, svg] as const);
  const body = await zipped(new Map([[`${name}.md`, text], ...files]));
  return { body, mediaType: 'application/zip', ending: 'zip' };
}

/** An archive of texts, by their paths in it. The same texts give the same bytes. */
export async function zipped(files: ReadonlyMap<string, string>): Promise<Buffer> {
  const zip = new ZipFile();
  const options = { mtime: new Date(Date.UTC(1980, 0, 1)), forceDosTimestamp: true };
  for (const [path, text] of files) zip.addBuffer(Buffer.from(text), path, options);
  zip.end();
  return buffer(zip.outputStream);
}

/** Sends a run as one file of HTML, or in Markdown. */
export async function sendReport(
  { workspace, page }: Source,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const query = querySchema.safeParse(queryOf(request));
  if (!query.success) return refuse(response, 400, 'This is not the address of a report.');
  const { run: id, format } = query.data;
  let sent: Sent;
  let name: string;
  try {
    const run = await workspace.journal.get(id);
    if (run === undefined) return refuse(response, 404, 'This run no longer exists.');
    const report = await collectReport(workspace, run);
    name = safeFileName(`${fileTitle(report.run.file)}-${id}`);
    sent =
      format === 'md'
        ? await inMarkdown(report, name)
        : {
            body: reportPage(await readReportPage(page), report),
            mediaType: 'text/html; charset=utf-8',
            ending: 'html',
          };
  } catch (error) {
    return refuse(response, 500, withoutFolders(GraphError.from(error).message, workspace.root));
  }
  response.writeHead(200, {
    ...safeHeaders,
    'Content-Type': sent.mediaType,
    'Content-Disposition': disposition(`${name}.${sent.ending}`),
    'Cache-Control': 'no-store',
    // A file to keep, and never a page of this server's.
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
  response.end(sent.body);
}
