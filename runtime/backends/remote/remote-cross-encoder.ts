import { GraphError, type CrossEncoder, type RemoteUse } from '@graft/graph';
import { z } from 'zod';
import { unavailable, type RequestKind } from './refusals.ts';
import {
  encoderUsageSchema,
  inBatches,
  inTurn,
  sendForJson,
  spendOnTexts,
  withFields,
  type RemoteClient,
} from './remote-request.ts';

const rerank: RequestKind = {
  path: '/rerank',
  node: 'Remote reranker',
  sends: 'passage',
  server: 'a reranking server',
  address: 'It is what comes before /rerank.',
};

/**
 * The field with the passages. llama.cpp's server, Jina, Cohere and vLLM name it `documents`, Text Embeddings Inference
 * `texts`.
 */
type PassageField = 'documents' | 'texts';

/** What is known of each address. */
export type PassageFields = Map<string, PassageField>;

const index = z.int().nonnegative();
const responseSchema = z.union([
  z
    .array(z.object({ index, score: z.number() }))
    .transform((scored) => ({ scored, usage: undefined })),
  z
    .object({
      results: z.array(z.object({ index, relevance_score: z.number() })),
      usage: encoderUsageSchema,
    })
    .transform(({ results, usage }) => ({
      scored: results.map(({ index, relevance_score: score }) => ({ index, score })),
      usage,
    })),
]);

const listSchema = z.union([
  z.array(z.unknown()),
  z.object({ results: z.array(z.unknown()) }).transform(({ results }) => results),
]);
const countOf = (value: unknown): number => listSchema.safeParse(value).data?.length ?? 0;

/** Most bytes of a response, for each passage, which some servers repeat, and beyond. */
const bytesPerPassage = 1 << 12;
const bytesBeside = 1 << 20;

/** A reranker on a server. Its key goes only there and never into results. */
export class RemoteCrossEncoder implements CrossEncoder {
  readonly model: string;
  readonly device = 'remote';
  readonly #client: RemoteClient;
  readonly #fields: PassageFields;
  readonly #onDelay: RemoteUse['onDelay'];

  constructor(client: RemoteClient, fields: PassageFields, { onDelay }: RemoteUse) {
    this.#client = client;
    this.#fields = fields;
    this.model = client.id;
    this.#onDelay = onDelay;
  }

  score(query: string, passages: readonly string[], signal: AbortSignal): Promise<number[]> {
    const { batch } = this.#client.remote;
    return inBatches(passages, { batch, signal }, (part, signal) =>
      inTurn(this.#client, { signal, onDelay: this.#onDelay }, () =>
        this.#ask({ query, passages: part }, signal),
      ),
    );
  }

  async #ask(
    asked: { readonly query: string; readonly passages: readonly string[] },
    signal: AbortSignal,
  ): Promise<number[]> {
    const { url } = this.#client.remote;
    const known = this.#fields.get(url);
    if (known !== undefined) return this.#exchange(asked, known, signal);
    try {
      const scores = await this.#exchange(asked, 'documents', signal);
      this.#fields.set(url, 'documents');
      return scores;
    } catch (error) {
      if (!(error instanceof GraphError) || error.code !== 'bad-input') throw error;
      // Of a server that knows both fields, the first refusal says what is wrong.
      const scores = await this.#exchange(asked, 'texts', signal).catch((second: unknown) => {
        throw second instanceof GraphError && second.code === 'bad-input' ? error : second;
      });
      this.#fields.set(url, 'texts');
      return scores;
    }
  }

  async #exchange(
    { query, passages }: { readonly query: string; readonly passages: readonly string[] },
    field: PassageField,
    signal: AbortSignal,
  ): Promise<number[]> {
    const { remote } = this.#client;
    const { model } = remote;
    const characters = passages.reduce((sum, { length }) => sum + length, 0);
    const body = { ...(model === '' ? {} : { model }), query, [field]: passages };
    const { scored, usage } = await sendForJson(
      this.#client,
      {
        ...{ to: rerank, signal, expected: `the scores of ${passages.length} passages` },
        body: withFields(body, remote),
        most: bytesBeside + passages.length * bytesPerPassage + characters * 6,
      },
      // zod takes about a kilobyte to report an invalid result.
      (value) =>
        countOf(value) > passages.length * 2 ? undefined : responseSchema.safeParse(value).data,
    );
    // The model reads the question with each passage.
    spendOnTexts(
      this.#client,
      usage,
      passages.flatMap((passage) => [query, passage]),
    );
    const scores = new Map(scored.map(({ index, score }) => [index, score]));
    const ordered = passages.flatMap((_, at) => scores.get(at) ?? []);
    if (scored.length === passages.length && ordered.length === passages.length) return ordered;
    throw unavailable(
      `${remote.url} gives scores for ${ordered.length} of ${passages.length} passages in ${scored.length} results. Remove top_n from the fields, or ask another server.`,
    );
  }
}
