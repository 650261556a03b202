import {
  GraphError,
  promptFor,
  type Embedder,
  type EmbedderUse,
  type RemoteEmbedderInfo,
} from '@graft/graph';
import { z } from 'zod';
import { unitLength } from '../onnx/unit-length.ts';
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

const embeddings: RequestKind = {
  path: '/embeddings',
  node: 'Remote embedder',
  sends: 'text',
  server: 'an OpenAI-compatible server',
  address: 'OpenAI-compatible addresses mostly end in /v1.',
};

const responseSchema = z.object({
  data: z.array(
    z.object({
      /** Of the text; absent: they come in the order of the texts. */
      index: z.int().nonnegative().nullish(),
      /** Numbers, or little-endian 32-bit floats in base64. */
      embedding: z.union([z.array(z.number()), z.base64()]),
    }),
  ),
  usage: encoderUsageSchema,
});
const listSchema = z.object({ data: z.array(z.unknown()) });
type Vectors = z.infer<typeof responseSchema>['data'];

/** Most bytes of a response: for each text a vector in decimal, longer than asked for if it is short, and beyond. */
const bytesPerNumber = 32;
const leastNumbers = 16_384;
const bytesBeside = 1 << 20;

/** An embedder at an OpenAI-compatible address. Its key goes only there and never into results. */
export class RemoteEmbedder implements Embedder {
  readonly model: string;
  readonly dimension: number;
  readonly device = 'remote';
  readonly #client: RemoteClient;
  readonly #prompt: string;
  readonly #onDelay: EmbedderUse['onDelay'];

  constructor(client: RemoteClient, { dimension, prompts }: RemoteEmbedderInfo, use: EmbedderUse) {
    const { texts = 'passages', prompt = '', onDelay } = use;
    this.#client = client;
    this.model = client.id;
    this.dimension = dimension;
    this.#prompt = prompt === '' ? promptFor({ prompts }, texts) : prompt;
    this.#onDelay = onDelay;
  }

  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const prompted = texts.map((text) => this.#prompt + text);
    const { batch } = this.#client.remote;
    return inBatches(prompted, { batch, signal }, (part, signal) =>
      inTurn(this.#client, { signal, onDelay: this.#onDelay }, () => this.#ask(part, signal)),
    );
  }

  embedTokens(): Promise<never> {
    return Promise.reject(
      new GraphError(
        'bad-model',
        `"${this.model}" runs on the server ${this.#client.remote.url}, which gives no vectors of tokens. Choose an embedder in ONNX.`,
      ),
    );
  }

  async #ask(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const { remote } = this.#client;
    const { data, usage } = await sendForJson(
      this.#client,
      {
        ...{ to: embeddings, signal, expected: `the vectors of ${texts.length} texts` },
        body: withFields({ model: remote.model, input: texts, encoding_format: 'float' }, remote),
        most: bytesBeside + texts.length * Math.max(this.dimension, leastNumbers) * bytesPerNumber,
      },
      (value) => {
        this.#requireCount(value, texts.length);
        return responseSchema.safeParse(value).data;
      },
    );
    spendOnTexts(this.#client, usage, texts);
    return this.#inOrder(data, texts.length);
  }

  /** Before each vector is checked: zod takes about a kilobyte to report an invalid one. */
  #requireCount(value: unknown, count: number): void {
    const { data } = listSchema.safeParse(value);
    if (data === undefined || data.data.length === count) return;
    const { url } = this.#client.remote;
    throw unavailable(
      `${url} gives ${data.data.length} vectors for ${count} texts. Set Batch to 1, or ask another server.`,
    );
  }

  /** Throws `unavailable` unless each text has exactly one vector. */
  #inOrder(data: Vectors, count: number): Float32Array[] {
    const { url } = this.#client.remote;
    const vectors = new Map<number, Float32Array>();
    for (const [position, { index, embedding }] of data.entries()) {
      vectors.set(index ?? position, this.#vector(embedding));
    }
    const ordered = Array.from({ length: count }, (_, at) => vectors.get(at) ?? []).flat();
    if (ordered.length === count) return ordered;
    throw unavailable(
      `${url} does not say which vector belongs to which of ${count} texts: an index is missing or occurs twice. Set Batch to 1, or ask another server.`,
    );
  }

  #vector(embedding: Vectors[number]['embedding']): Float32Array {
    const vector =
      typeof embedding === 'string' ? decoded(embedding) : Float32Array.from(embedding);
    const { model, dimension } = this;
    const { url } = this.#client.remote;
    if (vector.length !== dimension) {
      throw new GraphError(
        'bad-model',
        `"${model}" at ${url} gives vectors of ${vector.length} numbers, not of ${dimension}. Set Dimension to ${vector.length} in the Remote embedder, or choose another model.`,
      );
    }
    if (!vector.every(Number.isFinite)) {
      throw unavailable(
        `"${model}" at ${url} gives vectors that are not finite, so the server computes wrong results. Restart it, or choose another model.`,
      );
    }
    unitLength(vector, model);
    return vector;
  }
}

/** Little-endian on every machine. */
function decoded(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) =>
    bytes.readFloatLE(at * 4),
  );
}
