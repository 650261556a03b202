import {
  GraphError,
  plainLayout,
  type Embedder,
  type EmbeddingLayout,
  type EncodedText,
} from '@graft/graph';
import { OnnxSession, type OnnxModelFiles } from './onnx-session.ts';
import { BatchEncoder } from './batch-encoder.ts';
import { applyDense, loadDenseLayers, type DenseLayer } from './dense-layer.ts';
import { poolTokens } from './pooling.ts';
import { eachBatch, tokenBatches } from './token-batches.ts';
import { unitLength } from './unit-length.ts';

/** Loads a sentence embedder: its tokens' last hidden states, pooled as its layout says, then normalized. */
export async function loadEmbedder(
  files: OnnxModelFiles,
  tokenizer?: BatchEncoder,
): Promise<OnnxEmbedder> {
  const { entry, folder } = files;
  if (entry.dimension === undefined) {
    throw new GraphError('bad-model', `"${entry.id}" does not state its vector width`);
  }
  const encoder = tokenizer ?? (await BatchEncoder.load(folder, entry.contextLength));
  const layout = entry.embedding ?? plainLayout;
  const dense = await loadDenseLayers(folder, layout);
  const session = await OnnxSession.load(files, ['last_hidden_state', 'token_embeddings']);
  return new OnnxEmbedder({
    ...{ ...files, encoder, session, layout, dense },
    dimension: entry.dimension,
  });
}

interface EmbedderParts extends OnnxModelFiles {
  readonly encoder: BatchEncoder;
  readonly session: OnnxSession;
  readonly dimension: number;
  readonly layout: EmbeddingLayout;
  readonly dense: readonly DenseLayer[];
}

export class OnnxEmbedder implements Embedder, AsyncDisposable {
  readonly model: string;
  readonly dimension: number;
  readonly device: string;
  readonly #encoder: BatchEncoder;
  readonly #session: OnnxSession;
  readonly #layout: EmbeddingLayout;
  readonly #dense: readonly DenseLayer[];
  /** Of a token's vector. */
  readonly #width: number;

  constructor(parts: EmbedderParts) {
    this.model = parts.entry.id;
    this.device = parts.device;
    this.dimension = parts.dimension;
    this.#encoder = parts.encoder;
    this.#session = parts.session;
    this.#layout = parts.layout;
    this.#dense = parts.dense;
    this.#width = (parts.dense[0]?.inputs ?? parts.dimension) / parts.layout.pooling.length;
  }

  /** All vectors share one buffer: copy one to keep it alone. `prompt` stands before each text. */
  async embed(texts: readonly string[], signal: AbortSignal, prompt = ''): Promise<Float32Array[]> {
    const { dimension } = this;
    const width = this.#width;
    const vectors = new Float32Array(texts.length * dimension);
    const from = this.#layout.includePrompt ? 0 : this.#promptTokens(prompt);
    const prompted = prompt === '' ? texts : texts.map((text) => prompt + text);
    const batches = tokenBatches(this.#encoder.encode(prompted));
    await eachBatch(batches, signal, async (batch) => {
      const { data, length } = await this.#hiddenStates(batch.map(({ row }) => row));
      batch.forEach(({ index, row }, at) => {
        const start = at * length * width;
        const own = data.subarray(start, start + row.ids.length * width);
        const target = vectors.subarray(index * dimension, (index + 1) * dimension);
        target.set(this.#vectorOf(own, from));
        unitLength(target, this.model);
      });
    });
    return texts.map((_, index) => vectors.subarray(index * dimension, (index + 1) * dimension));
  }

  async embedTokens(
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<{ tokens: number; vectors: Float32Array }[]> {
    const width = this.#width;
    if (width !== this.dimension) {
      throw new GraphError(
        'bad-model',
        `"${this.model}" changes its vectors after pooling, so those of its tokens cannot be compared. Choose another embedder for late interaction.`,
      );
    }
    const results: { tokens: number; vectors: Float32Array }[] = [];
    const batches = tokenBatches(this.#encoder.encode(texts));
    await eachBatch(batches, signal, async (batch) => {
      const { data, length } = await this.#hiddenStates(batch.map(({ row }) => row));
      batch.forEach(({ index, row }, at) => {
        const kept = this.#textTokens(row);
        const vectors = new Float32Array(kept.length * width);
        kept.forEach((token, position) => {
          const start = (at * length + token) * width;
          const target = vectors.subarray(position * width, (position + 1) * width);
          target.set(data.subarray(start, start + width));
          unitLength(target, this.model);
        });
        results[index] = { tokens: kept.length, vectors };
      });
    });
    return results;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.dispose();
  }

  /** A text's vector from those of its tokens; the first `from` do not count. */
  #vectorOf(data: Float32Array, from: number): Float32Array {
    const { pooling } = this.#layout;
    const pooled = new Float32Array(this.#width * pooling.length);
    poolTokens({ data, width: this.#width, from }, pooling, pooled);
    return this.#dense.reduce<Float32Array>((vector, layer) => applyDense(layer, vector), pooled);
  }

  /** Tokens of a prompt at the beginning of a text, with the marker before it. */
  #promptTokens(prompt: string): number {
    if (prompt === '') return 0;
    const [{ ids } = { ids: [] }] = this.#encoder.encode([prompt]);
    return this.#encoder.isSpecial(ids.at(-1) ?? -1) ? ids.length - 1 : ids.length;
  }

  /** Positions of the text's own tokens; for an empty text, of its markers. */
  #textTokens(row: EncodedText): number[] {
    const positions = row.ids.map((_, position) => position);
    const own = positions.filter((position) => !this.#encoder.isSpecial(row.ids[position] ?? -1));
    return own.length > 0 ? own : positions;
  }

  async #hiddenStates(
    rows: readonly EncodedText[],
  ): Promise<{ data: Float32Array; length: number }> {
    const { data, dims } = await this.#session.run(rows);
    const [, length, width] = dims;
    if (dims.length !== 3 || length === undefined || width !== this.#width) {
      throw new GraphError(
        'bad-model',
        `"${this.model}" gave an output of ${dims.join(' × ')}; expected texts × tokens × ${this.#width}`,
      );
    }
    return { data, length };
  }
}
