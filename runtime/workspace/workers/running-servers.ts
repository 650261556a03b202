import { servedModels } from '@graft/backends/remote';
import { GraphError } from '@graft/graph';
import { environment } from '../env.ts';
import { operatorAccess } from './operator-access.ts';

/** A server with an OpenAI-compatible address that answers. */
export interface RunningServer {
  /** The program that mostly answers there; absent: nobody knows. */
  readonly program?: string;
  readonly url: string;
  readonly models: readonly string[];
  /** Name of the secret that it gets as the key. */
  readonly secret?: string;
}

interface UsualServer {
  readonly program: string;
  readonly url: string;
}

/** Where programs that serve models listen on this machine, unless they are told otherwise. */
const usualServers = (): readonly UsualServer[] => [
  { program: 'Ollama', url: ollamaAddress(environment['OLLAMA_HOST']) },
  { program: 'LM Studio', url: 'http://127.0.0.1:1234/v1' },
  { program: 'llama.cpp', url: 'http://127.0.0.1:8080/v1' },
];

/** Where Ollama listens by its own variable, as in `0.0.0.0:8000`; one on another machine is none of this machine's. */
export function ollamaAddress(host = ''): string {
  const usual = 'http://127.0.0.1:11434/v1';
  const address = `http://${host.trim().replace(/^http:\/\//, '')}`;
  if (!URL.canParse(address)) return usual;
  const { hostname, port } = new URL(address);
  if (!/^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/.test(hostname)) return usual;
  const local = /^(0\.0\.0\.0|\[::\])$/.test(hostname) ? '127.0.0.1' : hostname;
  return `http://${local}:${port === '' ? (/:80\b/.test(host) ? '80' : '11434') : port}/v1`;
}

/** Milliseconds: what runs on this machine answers at once, and others get a moment more. */
const usualPatience = 1_500;
const namedPatience = 10_000;

/** The usual servers of this machine that run now and have models. */
export async function runningServers(
  signal: AbortSignal,
  usual: readonly UsualServer[] = usualServers(),
  patience = usualPatience,
): Promise<readonly RunningServer[]> {
  const asked = usual.map(async ({ program, url }): Promise<RunningServer[]> => {
    const either = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    try {
      const models = await servedModels({ remote: { url }, key: undefined, signal: either });
      return models.length === 0 ? [] : [{ program, url, models }];
    } catch {
      signal.throwIfAborted();
      return [];
    }
  });
  return (await Promise.all(asked)).flat();
}

/**
 * Tests the connection to a server by asking for its models; a secret that is bound to its origin goes along. Throws
 * `unavailable` with what to do, also for an address that the operator does not allow.
 */
export async function askServer(url: string, signal: AbortSignal): Promise<RunningServer> {
  const access = await operatorAccess();
  const { origin } = new URL(url);
  const secret = access.secrets().find(({ origins }) => origins.includes(origin))?.name;
  const either = AbortSignal.any([signal, AbortSignal.timeout(namedPatience)]);
  try {
    const key = access.key(url, secret);
    const models = await servedModels({ remote: { url }, key, signal: either });
    return { url, models, ...(secret === undefined ? {} : { secret }) };
  } catch (error) {
    if (!either.aborted || signal.aborted) throw error;
    throw new GraphError(
      'unavailable',
      `${url} does not answer within ${namedPatience / 1000} s. Check the address, and that the server is running.`,
      { audience: 'operator', cause: error },
    );
  }
}
