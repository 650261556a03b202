import { GraphError, parseHubReference } from '@graft/graph';
import { z } from 'zod';
import { bodyOf, Unreachable } from './http-get.ts';
import type { HubAccess } from './hub-access.ts';
import { refusal, Refused } from './hub-refusals.ts';
import { Retries, type RetryOptions } from './retries.ts';

/** A file of a repository, as the hub states it. */
export interface HubFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** sha256, hex, of large files. */
  readonly digest?: string;
  /** Id of the git blob, hex, of small files. */
  readonly gitBlob?: string;
}

/** A repository at one commit. */
export interface HubRepo {
  /** `owner/name`, its present one: a repository may have been renamed. */
  readonly repo: string;
  readonly commit: string;
  /** Its page, for people. */
  readonly page: string;
  /** Its licence has to be accepted on that page. */
  readonly gated: boolean;
  readonly licence: string;
  readonly files: readonly HubFile[];
  /** What the hub read of its GGUF files. */
  readonly gguf?: GgufClaims;
}

interface GgufClaims {
  readonly architecture?: string | undefined;
  /** Tokens. */
  readonly contextLength?: number | undefined;
  readonly parameters?: number | undefined;
}

/** A repository that a search found. */
export interface FoundRepo {
  readonly repo: string;
  readonly downloads: number;
  readonly gated: boolean;
  readonly licence: string;
  readonly gguf?: GgufClaims;
}

export interface HubQuery {
  readonly text: string;
  readonly format: 'gguf' | 'onnx' | 'safetensors';
  readonly limit: number;
  readonly signal: AbortSignal;
}

export interface HubHooks extends Pick<RetryOptions, 'waiting'> {
  readonly signal: AbortSignal;
}

/** Bytes of an answer; the largest repositories have some ten thousand files. */
const largestAnswer = 32 << 20;
/** Milliseconds for an answer in all. */
const answerMs = 60_000;
const mostFiles = 100_000;

const repoName = z.string().refine((name) => parseHubReference(`hf:${name}`)?.repo === name);
const isGated = z
  .union([z.boolean(), z.enum(['auto', 'manual'])])
  .catch(false)
  .transform((gated) => gated !== false);
const word = z.string().regex(/^[\w.+-]{1,100}$/);
const count = z.int().nonnegative();
const ggufSchema = z
  .object({
    architecture: word.optional().catch(undefined),
    context_length: count.optional().catch(undefined),
    total: count.optional().catch(undefined),
  })
  .transform(({ architecture, context_length: contextLength, total: parameters }): GgufClaims => ({
    ...{ architecture, contextLength, parameters },
  }));
const labelled = {
  gated: isGated,
  tags: z.array(z.unknown()).catch([]),
  gguf: ggufSchema.optional().catch(undefined),
};
const fileSchema = z.object({
  rfilename: z.string().max(4096),
  size: count.optional(),
  blobId: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .optional(),
  lfs: z.object({ size: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) }).nullish(),
});
const repoSchema = z.object({
  ...labelled,
  id: repoName,
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  siblings: z.array(fileSchema).max(mostFiles),
});
const foundSchema = z.object({ ...labelled, id: repoName, downloads: count.catch(0) });

/** Asks a hub what it has. Every method throws `bad-model` with one line for people. */
export class HubClient {
  readonly #access: HubAccess;

  constructor(access: HubAccess) {
    this.#access = access;
  }

  async repo(
    repo: string,
    revision: string | undefined,
    { signal, waiting }: HubHooks,
  ): Promise<HubRepo> {
    const path = `/api/models/${repo}/revision/${revision ?? 'main'}?blobs=true`;
    const answer = await this.#ask(path, repoSchema, {
      ...{ about: `about ${repo}`, signal, waiting },
    });
    return {
      ...{ repo: answer.id, commit: answer.sha, page: `${this.#access.endpoint}/${answer.id}` },
      ...{ gated: answer.gated, licence: licenceOf(answer.tags) },
      files: answer.siblings.flatMap(hubFile),
      ...(answer.gguf === undefined ? {} : { gguf: answer.gguf }),
    };
  }

  /** Most downloaded first. */
  async search({ text, format, limit, signal }: HubQuery): Promise<FoundRepo[]> {
    const query = new URLSearchParams({
      ...{ search: text, filter: format, limit: String(limit) },
      ...{ sort: 'downloads', direction: '-1' },
    });
    for (const field of ['downloads', 'gated', 'tags', 'gguf']) query.append('expand[]', field);
    const list = z.array(z.unknown()).max(10_000);
    const found = await this.#ask(`/api/models?${query.toString()}`, list, {
      ...{ about: 'to the search', signal },
      // Somebody waits for it who may type on.
      most: 2,
    });
    // A repository whose name is none cannot be asked for, and is not shown.
    return found.slice(0, limit).flatMap((item): FoundRepo[] => {
      const parsed = foundSchema.safeParse(item);
      if (!parsed.success) return [];
      const { id: repo, downloads, gated, tags, gguf } = parsed.data;
      const licence = licenceOf(tags);
      return [{ repo, downloads, gated, licence, ...(gguf === undefined ? {} : { gguf }) }];
    });
  }

  async #ask<Value>(
    path: string,
    schema: z.ZodType<Value>,
    { about, signal, ...retries }: HubHooks & { readonly about: string; readonly most?: number },
  ): Promise<Value> {
    const { endpoint } = this.#access;
    const url = `${endpoint}${path}`;
    try {
      const answer = await new Retries(this.#access.pause, retries).run(signal, () =>
        this.#json(url, signal),
      );
      const parsed = schema.safeParse(answer);
      if (parsed.success) return parsed.data;
      const [first] = parsed.error.issues;
      throw new Refused(`it has no sound "${first?.path.map(String).join('.') ?? ''}"`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Unreachable) {
        throw refusal(
          `Graft cannot reach the hub ${endpoint}: ${error.message}. Check the connection; HTTPS_PROXY names a proxy and HF_ENDPOINT another hub.`,
          error,
        );
      }
      if (error instanceof Refused) {
        throw refusal(
          `Graft cannot use the answer of ${endpoint} ${about}: ${error.message}. Check that HF_ENDPOINT is the address of a hub.`,
          error,
        );
      }
      throw told(error, endpoint);
    }
  }

  async #json(url: string, signal: AbortSignal): Promise<unknown> {
    const either = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    const { response } = await this.#access.open(url, { signal: either, own: true });
    const type = response.headers['content-type'] ?? '';
    if (!/json/.test(type)) {
      response.destroy();
      throw new Refused(
        type.startsWith('text/html') ? 'it is a web page' : `it is no JSON (${type.slice(0, 50)})`,
      );
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of bodyOf(response, either)) {
        size += chunk.byteLength;
        if (size > largestAnswer) {
          throw new Refused(`it has more than ${largestAnswer >> 20} MiB`);
        }
        chunks.push(chunk);
      }
    } catch (error) {
      if (either.aborted && !signal.aborted) {
        throw new Refused(`it takes more than ${answerMs / 1000} s`);
      }
      throw error;
    }
    try {
      return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
    } catch (cause) {
      throw new Refused('it is damaged JSON', { cause });
    }
  }
}

/** What passes was tried again; it did not pass. */
function told(error: unknown, endpoint: string): unknown {
  if (!(error instanceof Error) || error instanceof GraphError) return error;
  return refusal(
    `The hub ${endpoint} gave an invalid answer: ${error.message}. Try again later.`,
    error,
  );
}

/** A file whose size nobody states cannot be checked. */
function hubFile({ rfilename, size, blobId, lfs }: z.output<typeof fileSchema>): HubFile[] {
  const bytes = lfs?.size ?? size;
  if (bytes === undefined) return [];
  return [
    {
      ...{ path: rfilename, size: bytes },
      ...(lfs === undefined || lfs === null
        ? blobId === undefined
          ? {}
          : { gitBlob: blobId }
        : { digest: lfs.sha256 }),
    },
  ];
}

function licenceOf(tags: readonly unknown[]): string {
  const found = tags.find((tag) => typeof tag === 'string' && /^license:[\w.+-]{1,100}$/.test(tag));
  return typeof found === 'string' ? found.slice('license:'.length) : 'unknown';
}
