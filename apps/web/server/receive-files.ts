import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Workspace } from '@graft/workspace';
import { z } from 'zod';
import { refuse, queryOf } from './download.ts';
import { GraphError } from '@graft/graph';
import { shownProblem } from './router/shown-paths.ts';
import { safeHeaders } from './static-files.ts';

interface Taking {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The most bytes to accept. */
  readonly limit: number;
  /** The workspace's folder, which must not appear in answers. */
  readonly root: string;
  /** `The package`, for messages; and the advice for one that is too large. */
  readonly what: string;
  readonly instead: string;
}

/** Milliseconds for the sender of a too large body to read the answer, before the connection is cut. */
const graceMs = 2_000;

/**
 * Passes the body to `take` as it arrives, and answers with the result or the problems. A body over the limit is
 * refused before it is read, or, without a content length, as soon as it exceeds the limit. `signal` aborts when the
 * client has gone, even if everything has arrived.
 */
export async function receiveBody(
  taking: Taking,
  take: (body: AsyncIterable<Uint8Array>, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const { request, response, limit, root, what } = taking;
  const answer = (status: number, value: unknown): void => {
    response.writeHead(status, { ...safeHeaders, 'Content-Type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  try {
    const size = Number(request.headers['content-length'] ?? 0);
    if (size > limit) throw tooLarge(`${what} has ${String(size)} bytes`, taking);
    answer(200, await take(upTo(taking), leaving.signal));
  } catch (error) {
    const problems = GraphError.from(error).problems.map((problem) => shownProblem(problem, root));
    if (!request.complete) {
      response.setHeader('Connection', 'close');
      request.resume();
      setTimeout(() => request.destroy(), graceMs).unref();
    }
    answer(400, { message: problems[0]?.message, location: problems[0]?.location, problems });
  }
}

/** The bytes of a request. Throws `too-large`, and leaves the request open for the answer. */
async function* upTo(taking: Taking): AsyncGenerator<Uint8Array> {
  const { request, limit, what } = taking;
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(`${what} has more`, taking);
    yield chunk;
  }
}

function tooLarge(has: string, { limit, instead }: Taking): GraphError {
  return new GraphError(
    'too-large',
    `${has}, and this server takes ${String(limit)} bytes at most. ${instead}, or start the server with a larger --max-package.`,
  );
}

/** The address of uploads (POST). */
export const uploadPath = '/api/upload';

const query = z.discriminatedUnion('to', [
  z.object({ to: z.literal('workspace'), renamed: z.enum(['0', '1']).default('0') }),
  z.object({ to: z.literal('models'), id: z.string().min(1).max(200).optional() }),
]);

/**
 * Takes files into the workspace and answers with their paths and which are new; or takes a model into the catalogue
 * and answers with its facts.
 */
export function receiveUpload(
  { workspace, limit }: { readonly workspace: Workspace; readonly limit: number },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> | void {
  const asked = query.safeParse(queryOf(request));
  if (!asked.success) return refuse(response, 400, 'This is not the address of an upload.');
  const { root, files, models } = workspace;
  const taking = { ...{ request, response, limit, root }, what: 'The upload' };
  const { data } = asked;
  if (data.to === 'models') {
    const instead = 'Import it with "graft models import"';
    return receiveBody({ ...taking, instead }, (body, signal) =>
      models.receive(body, { id: data.id, signal }),
    );
  }
  const instead = 'Copy the file into the workspace yourself';
  return receiveBody({ ...taking, instead }, (body, signal) =>
    files.receive(body, { renamed: data.renamed === '1', signal }),
  );
}
