import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphError } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { z } from 'zod';
import { disposition, refuse, safeFileName } from '../download.ts';
import { safeHeaders } from '../static-files.ts';
import { withoutFolders } from '../without-folders.ts';
import { collectReport } from './collect-report.ts';
import { readReportPage, reportPage } from './report-page.ts';

/** Where a run is downloaded as a page. */
export const reportPath = '/api/report';

const querySchema = z.object({ run: z.string().min(1).max(200) });

interface Source {
  readonly workspace: Workspace;
  readonly page: string | undefined;
}

/** Sends a run as one file of HTML. */
export async function sendReport(
  { workspace, page }: Source,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://graft');
  const query = querySchema.safeParse(Object.fromEntries(url.searchParams));
  if (!query.success) return refuse(response, 400, 'This is no address of a report.');
  let html: string;
  let title: string;
  try {
    const run = await workspace.runs.get(query.data.run);
    if (run === undefined) return refuse(response, 404, 'There is no such run any more.');
    const [built, report] = await Promise.all([
      readReportPage(page),
      collectReport(workspace, run),
    ]);
    html = reportPage(built, report);
    ({ title } = report);
  } catch (error) {
    return refuse(response, 500, withoutFolders(GraphError.from(error).message, workspace.root));
  }
  response.writeHead(200, {
    ...safeHeaders,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Disposition': disposition(`${safeFileName(`${title}-${query.data.run}`)}.html`),
    'Cache-Control': 'no-store',
    // A file to keep, and never a page of this server's.
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
  response.end(html);
}
