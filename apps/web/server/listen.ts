import { once } from 'node:events';
import type { Server } from 'node:http';
import { GraphError } from '@graft/graph';

/** Ports that are tried, where the next one will do. */
const mostTried = 100;

export interface Address {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Whether one of the next ports will do where `port` is taken. */
  readonly orNextPort?: boolean;
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** Binds a server, and gives the port that it got. Throws `unavailable` where it gets none. */
export async function listen(server: Server, address: Address): Promise<number> {
  const { host, port, orNextPort = false } = address;
  const last = orNextPort ? Math.min(port + mostTried, 65_536) : port + 1;
  for (let tried = port; ; tried += 1) {
    try {
      server.listen(tried, host.replace(/^\[|\]$/g, ''));
      // Rejects with the error that comes instead.
      await once(server, 'listening');
      const bound = server.address();
      return typeof bound === 'object' && bound !== null ? bound.port : tried;
    } catch (cause) {
      if (codeOf(cause) === 'EADDRINUSE' && tried + 1 < last) continue;
      throw unavailable(address, cause);
    }
  }
}

function unavailable({ host, port, orNextPort }: Address, cause: unknown): GraphError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const taken =
    orNextPort === true
      ? `Port ${port} and the ${mostTried - 1} after it are taken. Choose another with --port.`
      : `Port ${port} is taken. Stop what uses it, or choose another with --port.`;
  const message =
    codeOf(cause) === 'EADDRINUSE' ? taken : `Cannot listen on ${host}:${port}: ${why}`;
  return new GraphError('unavailable', message, { audience: 'operator', cause });
}
