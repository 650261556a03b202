import { GraphError, type Embedder, type EncodedText } from '@graft/graph';
import { OnnxSession, type OnnxModelFiles } from './onnx-session.ts';
import { BatchEncoder } from './batch-encoder.ts';
import { eachBatch, tokenBatches } from './token-batches.ts';
import { unitLength } from './unit-length.ts';

/** Loads a sentence embedder: mean over the tokens of the last hidden state, then normalization. */
export async function loadEmbedder(
  files: OnnxModelFiles,
  tokenizer?: BatchEncoder,
): Promise<OnnxEmbedder> {
  const { entry, folder } = files;
  if (entry.dimension === undefined) {
    throw new GraphError('bad-model', `"${entry.id}" does not state its vector width`);
  }
  const encoder = tokenizer ?? (await BatchEncoder.load(folder, entry.contextLength));
  const session = await OnnxSession.load(files, 'last_hidden_state');
  return new OnnxEmbedder({ ...files, encoder, session, dimension: entry.dimension });
}

interface EmbedderParts extends OnnxModelFiles {
  readonly encoder: BatchEncoder;
  readonly session: OnnxSession;
  readonly dimension: number;
}

export class OnnxEmbedder implements Embedder, AsyncDisposable {
  readonly model: string;
  readonly dimension: number;
  readonly device: string;
  readonly #encoder: BatchEncoder;
  readonly #session: OnnxSession;

  constructor(parts: EmbedderParts) {
    this.model = parts.entry.id;
    this.device = parts.device;
    this.dimension = parts.dimension;
    this.#encoder = parts.encoder;
    this.#session = parts.session;
  }

  /** All vectors share one buffer: copy one to keep it alone. */
  async embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const width = this.dimension;
    const vectors = new Float32Array(texts.length * width);
    const batches = tokenBatches(this.#encoder.encode(texts));
    await eachBatch(batches, signal, async (batch) => {
      const { data, length } = await this.#hiddenStates(batch.map(({ row }) => row));
      batch.forEach(({ index, row }, at) => {
        const target = vectors.subarray(index * width, (index + 1) * width);
        const start = at * length * width;
        // Normalization cancels the mean's divisor.
        sumRows(data.subarray(start, start + row.ids.length * width), target);
        unitLength(target, this.model);
      });
    });
    return texts.map((_, index) => vectors.subarray(index * width, (index + 1) * width));
  }

  async embedTokens(
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<{ tokens: number; vectors: Float32Array }[]> {
    const width = this.dimension;
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

  countTokens(text: string): number {
    return this.#encoder.count(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.dispose();
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
    if (dims.length !== 3 || length === undefined || width !== this.dimension) {
      throw new GraphError(
        'bad-model',
        `"${this.model}" gave an output of ${dims.join(' × ')}; expected texts × tokens × ${this.dimension}`,
      );
    }
    return { data, length };
  }
}

function sumRows(rows: Float32Array, target: Float32Array): void {
  const width = target.length;
  for (let start = 0; start < rows.length; start += width) {
    for (let column = 0; column < width; column++) {
      target[column] = (target[column] ?? 0) + (rows[start + column] ?? 0);
    }
  }
}
