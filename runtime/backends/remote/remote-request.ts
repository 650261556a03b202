import { setMaxListeners } from 'node:events';
import {
  GraphError,
  tokenCost,
  type RemoteAsking,
  type RemoteModel,
  type RemoteUsage,
  type TokenPrice,
} from '@graft/graph';
import { z } from 'zod';
import type { Key } from '../access/index.ts';
import { Patience } from './patience.ts';
import {
  authorization,
  jsonOf,
  notSuchAnswer,
  refusal,
  TryAgain,
  unavailable,
  unreachable,
  type Asked,
  type RequestKind,
} from './refusals.ts';
import type { RemoteEndpoint } from './remote-endpoint.ts';
import { wholeText, type BodyLimit } from './response-body.ts';

/** A model on a server, and this process's way to it. */
export interface RemoteClient {
  /** Name of the model in messages. */
  readonly id: string;
  readonly remote: RemoteModel & RemoteAsking;
  readonly key: Key | undefined;
  readonly endpoint: RemoteEndpoint;
  /** Absent: the operator has set none. */
  readonly price?: TokenPrice | undefined;
  /** Called after each successful request. */
  readonly spent?: ((usage: RemoteUsage) => void) | undefined;
  /** Called when the step only waits, and when it continues. */
  readonly waiting?: ((waiting: boolean) => void) | undefined;
}

export interface Requested {
  readonly to: RequestKind;
  readonly body: Readonly<Record<string, unknown>>;
  /** Most bytes of the response. */
  readonly most: number;
  /** What so many bytes would be, for a message: `an answer of at most 16 tokens`. */
  readonly expected: string;
  readonly signal: AbortSignal;
}

/** Takes part in the server's turns: limits, pauses and retries. On abort, it rejects at once with the signal's reason. */
export async function inTurn<T>(
  { endpoint, remote, waiting }: RemoteClient,
  hooks: {
    readonly signal: AbortSignal;
    readonly onDelay?: ((why: string) => void) | undefined;
  },
  attempt: (retry: number) => Promise<T>,
): Promise<T> {
  waiting?.(true);
  try {
    return await endpoint.request({ ...hooks, retries: remote.retries }, attempt);
  } finally {
    waiting?.(false);
  }
}

/**
 * Sends one request and reads its response with `read`. Throws `TryAgain` for what may pass, and a GraphError that says
 * who must act for anything else. The key goes only to the model's own address.
 */
export async function send<T>(
  { remote, key }: Pick<RemoteClient, 'remote' | 'key'>,
  { to, body, most, expected, signal }: Requested,
  read: (response: Response, limit: BodyLimit) => Promise<T>,
): Promise<T> {
  using patience = new Patience(remote.timeout);
  const asked: Asked = { remote, key, to, signal: AbortSignal.any([signal, patience.signal]) };
  try {
    const response = await fetch(`${remote.url}${to.path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream, application/json',
        ...authorization(key),
      },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: asked.signal,
    });
    patience.heard();
    if (response.status !== 200) throw await refusal(response, asked);
    return await read(response, { most, heard: patience.heard });
  } catch (error) {
    signal.throwIfAborted();
    if (patience.why !== undefined) throw new TryAgain(patience.why);
    if (error instanceof RangeError) {
      throw unavailable(
        `${remote.url} does not stop sending: more than ${most} bytes for ${expected}.`,
      );
    }
    if (error instanceof GraphError || error instanceof TryAgain) throw error;
    throw unreachable(error, asked);
  }
}

/** Sends one request whose response is JSON of a shape. */
export async function sendForJson<T>(
  client: Pick<RemoteClient, 'remote' | 'key'>,
  requested: Requested,
  parse: (value: unknown) => T | undefined,
): Promise<T> {
  return send(client, requested, async (response, limit) => {
    const text = await wholeText(response, limit);
    const parsed = parse(jsonOf(text));
    if (parsed !== undefined) return parsed;
    const type = response.headers.get('content-type') ?? 'no content type';
    throw notSuchAnswer({ ...client, to: requested.to }, { type, text });
  });
}

/** Reports a successful request, with the tokens that it took. */
export function spend(
  { price, spent }: Pick<RemoteClient, 'price' | 'spent'>,
  tokens: Pick<RemoteUsage, 'inputTokens' | 'outputTokens' | 'guessed'>,
): void {
  const dollars = tokenCost(price, tokens);
  spent?.({ requests: 1, ...tokens, ...(dollars === undefined ? {} : { dollars }) });
}

/** The tokens of a response without text. Servers of encoders mostly report all of them as `total_tokens`. */
export const encoderUsageSchema = z
  .object({
    total_tokens: z.int().nonnegative().optional(),
    prompt_tokens: z.int().nonnegative().optional(),
  })
  .nullish()
  .catch(undefined);

/** Reports a request to an encoder; if the server counts no tokens, they are estimated from the texts. */
export function spendOnTexts(
  client: Pick<RemoteClient, 'price' | 'spent'>,
  usage: z.infer<typeof encoderUsageSchema>,
  texts: readonly string[],
): void {
  const counted = usage?.prompt_tokens ?? usage?.total_tokens;
  const inputTokens = counted ?? texts.reduce((sum, text) => sum + guessedTokens(text), 0);
  const guessed = counted === undefined ? ({ guessed: true } as const) : {};
  spend(client, { inputTokens, outputTokens: 0, ...guessed });
}

/** Current tokenizers take about four bytes a token. */
export function guessedTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

/** A request's body with the fields of its node, which override Graft's; null removes a field. */
export function withFields(
  body: Readonly<Record<string, unknown>>,
  { fields }: Pick<RemoteModel, 'fields'>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({ ...body, ...fields }).filter(([, value]) => value !== null),
  );
}

/**
 * Processes rows in batches of at most `batch`, all at once as far as the endpoint allows, and gives the results in
 * order. If one fails, the others end.
 */
export async function inBatches<Row, Result>(
  rows: readonly Row[],
  {
    batch = rows.length,
    signal,
  }: { readonly batch?: number | undefined; readonly signal: AbortSignal },
  work: (part: readonly Row[], signal: AbortSignal) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const starts = Array.from({ length: Math.ceil(rows.length / batch) }, (_, at) => at * batch);
  // Every waiting request listens.
  setMaxListeners(0, either);
  try {
    const parts = starts.map((from) => work(rows.slice(from, from + batch), either));
    return (await Promise.all(parts)).flat();
  } catch (error) {
    failed.abort();
    throw error;
  }
}
