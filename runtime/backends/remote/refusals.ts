import { maxHeaderSize } from 'node:http';
import { GraphError, type RemoteModel } from '@graft/graph';
import { hasCode } from '@graft/kit';
import { z } from 'zod';
import type { Key } from '../access/index.ts';
import { bodyText } from './response-body.ts';
import { Redactor } from './redactor.ts';

const wordsSchema = z.string().min(1);
const saidSchema = z.union([
  wordsSchema,
  z.object({ message: wordsSchema }).transform(({ message }) => message),
  z.object({ error: wordsSchema }).transform(({ error }) => error),
  z.object({ error: z.object({ message: wordsSchema }) }).transform(({ error }) => error.message),
  z.object({ detail: wordsSchema }).transform(({ detail }) => detail),
]);
/** Characters. */
const mostWords = 300;

/**
 * A server's error in one line: its message, or the beginning of its text; empty if there is none. Removes the key
 * before cutting the line, because half a key would stay undetected.
 */
export function serverWords(text: string, key: Key | undefined): string {
  const { data = text } = saidSchema.safeParse(jsonOf(text));
  const line = new Redactor(key)
    .text(data)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > mostWords ? `${line.slice(0, mostWords)}…` : line;
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A failed request that may succeed on another try. */
export class TryAgain extends Error {
  /** Milliseconds that the server asks to wait; undefined: it does not say. */
  readonly after: number | undefined;

  constructor(why: string, after?: number) {
    super(why);
    this.after = after;
  }
}

/** A kind of request, with the words of its messages. */
export interface RequestKind {
  /** Below the address. */
  readonly path: string;
  /** Title of the node that names the address. */
  readonly node: string;
  readonly sends: string;
  readonly server: string;
  /** What an address is like. */
  readonly address: string;
}

/** The target of a request. */
export interface Asked {
  readonly remote: Pick<RemoteModel, 'url' | 'model'>;
  readonly key: Key | undefined;
  readonly signal: AbortSignal;
  readonly to: RequestKind;
}

/** Most bytes to read of an error, or of a list of models. */
const mostErrorBytes = 1 << 20;
/** Most models that a message names. */
const mostNamed = 12;

export function authorization(key: Key | undefined): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key.value}` };
}

/** The error of a request that failed before a response arrived. */
export function unreachable(error: unknown, { remote: { url }, to }: Asked): Error {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : reason;
  if (hasCode(cause, 'UND_ERR_HEADERS_OVERFLOW')) {
    return unavailable(
      `${url} answers with more than ${maxHeaderSize >> 10} KiB of headers, the limit. Check the address, and any proxy before the server.`,
    );
  }
  if (!hasCode(cause, 'ECONNREFUSED', 'ENOTFOUND')) {
    return new TryAgain(`the connection failed (${code})`);
  }
  return unavailable(
    `There is no server at ${url} (${code}). Start it, or correct the address of the ${to.node}.`,
  );
}

/** The error for a response that is no answer, saying who must act. */
export async function refusal(response: Response, asked: Asked): Promise<Error> {
  const { key, remote, to } = asked;
  const { status } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    return unavailable(
      `${remote.url} redirects to ${target(response, remote)}. Graft does not follow, because ${to.sends}s and keys go only to the address in the graph. Set the final address there.`,
    );
  }
  const text = await bodyText(response, { most: mostErrorBytes });
  const words = serverWords(text, key);
  const answer = words === '' ? `it answers ${status}` : `it answers ${status}, "${words}"`;
  if (status === 401 || status === 403) return keyRefused(answer, asked, to.node);
  if (status === 404 || (status === 400 && !isAboutLength(text))) {
    const unknown = await unknownModel(asked);
    if (unknown !== undefined) return unknown;
  }
  if (status === 404) {
    return unavailable(
      `Nothing answers at ${remote.url}${to.path}: ${answer}. Check the address: ${to.address}`,
    );
  }
  if (status === 400 || status === 413 || status === 422) {
    return new GraphError('bad-input', `${remote.url} refuses the ${to.sends}: ${answer}.`);
  }
  const passes = status === 408 || status === 425 || status === 429 || status >= 500;
  if (passes && !isSpent(text)) return new TryAgain(answer, retryAfter(response));
  return unavailable(`${remote.url} refuses to answer: ${answer}.`);
}

/** Target of a redirect. Does not name another host: the server chooses the name, which may contain the key. */
function target(response: Response, { url }: Pick<RemoteModel, 'url'>): string {
  const to = response.headers.get('location') ?? '';
  if (!URL.canParse(to, url)) return 'nowhere';
  const { hostname, origin } = new URL(to, url);
  return hostname === new URL(url).hostname ? origin : 'another host';
}

/** The error of a response that is not what such a server answers. */
export function notSuchAnswer(
  { remote: { url }, key, to }: Pick<Asked, 'remote' | 'key' | 'to'>,
  { type, text }: { readonly type: string; readonly text: string },
): GraphError {
  return unavailable(
    `${url} is not ${to.server}: it sends ${serverWords(type, key)}, "${serverWords(text, key)}". Check the address.`,
  );
}

function keyRefused(
  answer: string,
  { key, remote: { url } }: AskedServer,
  node = 'Remote model',
): GraphError {
  return unavailable(
    key === undefined
      ? `${url} needs a key: ${answer}. Set the key of the ${node} to the name of a secret.`
      : `${url} refuses the key ${key.name}: ${answer}. Correct GRAFT_SECRET_${key.name} in your settings.`,
  );
}

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string().min(1) })) });

type AskedServer = Pick<Asked, 'key' | 'signal'> & { readonly remote: Pick<RemoteModel, 'url'> };

/** `names`: undefined where the answer is no list of models. */
async function listModels({ remote, key, signal }: AskedServer) {
  const response = await fetch(`${remote.url}/models`, {
    headers: authorization(key),
    redirect: 'manual',
    signal,
  });
  const body = jsonOf(await bodyText(response, { most: mostErrorBytes }));
  const { data: parsed } = modelsSchema.safeParse(body);
  return { status: response.status, names: parsed?.data.map(({ id }) => serverWords(id, key)) };
}

/** The names of the models that a server has. Throws `unavailable`, with what to do. */
export async function servedModels(asked: AskedServer): Promise<readonly string[]> {
  const { remote, signal } = asked;
  const answer = await listModels(asked).catch(() => undefined);
  signal.throwIfAborted();
  if (answer === undefined) {
    throw unavailable(
      `Nothing answers at ${remote.url}. Start the server, or correct the address.`,
    );
  }
  const { status, names } = answer;
  if (names !== undefined) return names;
  if (status === 401 || status === 403) throw keyRefused(`it answers ${status}`, asked);
  throw unavailable(
    `${remote.url}/models lists no models: it answers ${status}. Check the address: OpenAI-compatible addresses mostly end in /v1.`,
  );
}

/** Asks the server for its models; undefined if it has the wanted one, or does not say. */
async function unknownModel(asked: Asked): Promise<GraphError | undefined> {
  const { remote, signal } = asked;
  // A server of one model needs no name.
  if (remote.model === '') return undefined;
  try {
    const { names = [] } = await listModels(asked);
    if (names.length === 0 || names.includes(remote.model)) return undefined;
    const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
    return new GraphError(
      'bad-model',
      `${remote.url} has no model "${remote.model}". Choose one of ${names.slice(0, mostNamed).join(', ')}${more}.`,
    );
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** Of a text that is too long: llama.cpp's server answers 400 for it, and under any name of a model. */
const isAboutLength = (text: string): boolean =>
  /exceed_context_size|context_length_exceeded|too (long|large)|max\w* context/i.test(text);

/** Waiting does not help if the account is used up. */
function isSpent(text: string): boolean {
  return text.includes('insufficient_quota');
}

/** Milliseconds: from the header's seconds or date. */
function retryAfter(response: Response): number | undefined {
  const value = response.headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

export function unavailable(message: string): GraphError {
  return new GraphError('unavailable', message, { audience: 'operator' });
}
