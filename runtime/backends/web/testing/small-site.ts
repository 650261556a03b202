import { createServer, type RequestListener, type Server } from 'node:http';
import { GraphError, type WebRequest } from '@graft/graph';
import { afterEach } from 'vitest';
import { RemoteAccess } from '../../access/index.ts';
import type { Resolve } from '../checked-address.ts';
import { HostPauses } from '../host-pauses.ts';
import { WebClient, type WebParts } from '../web-client.ts';

const servers: Server[] = [];
afterEach(closeSites);

export async function closeSites(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

/** A site of this machine, and the paths that it was asked for. It ends with the test. */
export async function site(answer: RequestListener, host = '127.0.0.1') {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, host, done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { asked, port: address.port, url: `http://${host}:${address.port}` };
}

const unresolved: Resolve = () => Promise.reject(new Error('a name was looked up'));

/** A client of an operator who allows sites of a private network. */
export function client(
  allowed: readonly string[],
  { endpoints = '', ...parts }: Partial<WebParts> & { readonly endpoints?: string } = {},
): WebClient {
  const settings = { GRAFT_PRIVATE_SITES: allowed.join(' '), GRAFT_ENDPOINTS: endpoints };
  const access = new RemoteAccess(settings);
  return new WebClient({
    ...{ access: () => Promise.resolve(access), resolve: unresolved },
    ...{ pauses: new HostPauses(), ...parts },
  });
}

export const request: WebRequest = {
  ...{ signal: new AbortController().signal, most: 100_000, seconds: 5 },
  ...{ pause: 0, robots: false },
};

export async function refusal(getting: Promise<unknown>): Promise<GraphError> {
  const error: unknown = await getting.catch((thrown: unknown) => thrown);
  if (!(error instanceof GraphError)) throw new Error('not refused', { cause: error });
  return error;
}
