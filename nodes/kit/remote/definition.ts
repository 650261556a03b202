import {
  canonicalJson,
  type FacetClash,
  GraphError,
  type ParamMeta,
  type RemoteAsking,
  type RemoteModel,
  type RunContext,
  secretParam,
  sha256,
} from '@graft/graph';
import { z } from 'zod';

/** The address of a server. `description` says what it is an address of. */
export function addressParam(address: string, description: string) {
  return z
    .string()
    .default(address)
    .meta({
      title: 'Address',
      description: `${description} Servers on this computer are always allowed. Allow others in the settings, under Keys and servers.`,
    } satisfies ParamMeta);
}

export function servedModelParam(
  description = 'The model’s name on the server.',
  meta: Pick<ParamMeta, 'modelKind'> = {},
) {
  return z
    .string()
    .default('')
    .meta({ title: 'Model', description, ...meta } satisfies ParamMeta);
}

export const keyParam = secretParam(
  'Key',
  'The name of a key in the settings, under Keys and servers. The graph never holds the key itself. Graft sends it only to the addresses that you allow for it there.',
);

/** Parameters of every node that names a model on a server. */
export const remoteParams = {
  revision: z
    .string()
    .default('')
    .meta({
      title: 'Revision',
      description:
        'Any text that identifies the model’s version, such as a date. A new value asks everything again; the same value reuses earlier answers.',
      advanced: true,
    } satisfies ParamMeta),
  fields: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({
      title: 'Fields',
      description:
        'More fields for each request, as the server expects them. They override Graft’s own fields; null removes a field.',
      advanced: true,
    } satisfies ParamMeta),
  concurrency: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .meta({
      title: 'Concurrency',
      unit: 'requests',
      description: 'Requests at once, over all runs of this Graft.',
      advanced: true,
      affectsResult: false,
    } satisfies ParamMeta),
  timeout: z
    .int()
    .min(1)
    .max(3600)
    .default(120)
    .meta({
      title: 'Timeout',
      unit: 'seconds',
      description: 'How long the server may be silent. A whole answer may take ten times as long.',
      advanced: true,
      affectsResult: false,
    } satisfies ParamMeta),
  retries: z
    .int()
    .min(0)
    .max(10)
    .default(4)
    .meta({
      title: 'Retries',
      description:
        'How many times to retry after a temporary failure: a broken connection, 408, 429 or 5xx.',
      advanced: true,
      affectsResult: false,
    } satisfies ParamMeta),
};

/** For encoders, which take several texts in a request. */
export function batchParam(unit: 'texts' | 'passages') {
  return z
    .int()
    .min(1)
    .max(2048)
    .default(32)
    .meta({
      title: 'Batch',
      unit,
      description: `At most this many ${unit} in one request. Servers set limits: Text Embeddings Inference allows 32 by default.`,
      advanced: true,
      affectsResult: false,
    } satisfies ParamMeta);
}

/**
 * Canonical form of an address: without trailing slashes, and without the path of a single request. Undefined if it is
 * invalid, or contains a name, password or query, which do not belong in a graph.
 */
export function remoteAddress(text: string): string | undefined {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(trimmed);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (`${username}${password}${search}${hash}` !== '') return undefined;
  const request = /\/(chat\/completions|embeddings|rerank)?\/*$/;
  return origin + pathname.replace(request, '').replace(/\/+$/, '');
}

/** `127.0.0.1:11434/v1`, for a card. */
export function shortAddress(text: string): string {
  return remoteAddress(text)?.replace(/^https?:\/\//, '') ?? 'no address yet';
}

export function addressClashes(url: string, example: string): FacetClash[] {
  return remoteAddress(url) !== undefined
    ? []
    : [
        {
          param: 'url',
          message: `Use an address such as ${example}, without user name, password or query string. Enter the name of the key’s secret under Key.`,
        },
      ];
}

/** The address for a run, whose plan has checked it. */
export function requiredAddress(
  ctx: Pick<RunContext, 'node'>,
  text: string,
  example: string,
): string {
  const url = remoteAddress(text);
  if (url !== undefined) return url;
  throw new GraphError(
    'bad-param',
    `This is not the address of a model. Use an address such as ${example}.`,
    { location: { node: ctx.node, param: 'url' } },
  );
}

export const namelessClash: FacetClash = {
  param: 'model',
  message: 'Enter the name of a model on the server.',
};

/** How to ask a server, from the parameters of its node. */
export function askingOf(
  url: string,
  {
    key,
    concurrency,
    timeout,
    retries,
    batch,
  }: {
    readonly key: { readonly $secret: string } | null;
    readonly concurrency: number;
    readonly timeout: number;
    readonly retries: number;
    readonly batch?: number;
  },
): RemoteAsking {
  return {
    ...(key === null ? {} : { secret: key.$secret }),
    ...{ url, parallel: concurrency, timeout, retries },
    ...(batch === undefined ? {} : { batch }),
  };
}

/** Identifies a remote model by everything that its results depend on, as far as a graph says it. */
export function remoteDigest(
  remote: RemoteModel,
  more: { readonly revision: string } & Readonly<Record<string, unknown>>,
): string {
  return sha256(canonicalJson({ ...remote, ...more }));
}
