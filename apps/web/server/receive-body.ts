import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphError } from '@graft/graph';
import { shownProblem } from './router/shown-paths.ts';
import { safeHeaders } from './static-files.ts';

interface Taking {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Bytes that are taken at most. */
  readonly limit: number;
  /** The workspace's folder, which nobody is told of. */
  readonly root: string;
  /** `The package`, in messages; and what to do `instead` with one that is too large. */
  readonly what: string;
  readonly instead: string;
}

/** Milliseconds in which a sender of too much may read why, before the connection is cut. */
const graceMs = 2_000;

/**
 * Gives `take` what is sent, as it comes, and answers with what came of it, or with what is wrong. What is larger than the
 * limit is refused before it is read, or, where its size was not said, when it gets too large. `signal` aborts when nobody
 * waits for the answer any more, also where all has come.
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
    const said = Number(request.headers['content-length'] ?? 0);
    if (said > limit) throw tooLarge(`${what} has ${String(said)} bytes`, taking);
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

/** The bytes of a request. Throws `too-large`; the request stays open to be answered. */
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
