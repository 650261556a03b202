import { GraphError, type CrossEncoder } from '@graft/graph';
import { OnnxSession, type OnnxModelFiles } from './onnx-session.ts';
import { BatchEncoder } from './batch-encoder.ts';
import { eachBatch, tokenBatches } from './token-batches.ts';

/** Loads a cross-encoder: a classifier with one logit over `[CLS] query [SEP] passage [SEP]`. */
export async function loadCrossEncoder(files: OnnxModelFiles): Promise<OnnxCrossEncoder> {
  const encoder = await BatchEncoder.load(files.folder, files.entry.contextLength);
  return new OnnxCrossEncoder(files, encoder, await OnnxSession.load(files, ['logits']));
}

export class OnnxCrossEncoder implements CrossEncoder, AsyncDisposable {
  readonly model: string;
  readonly device: string;
  readonly #encoder: BatchEncoder;
  readonly #session: OnnxSession;

  constructor(files: OnnxModelFiles, encoder: BatchEncoder, session: OnnxSession) {
    this.model = files.entry.id;
    this.device = files.device;
    this.#encoder = encoder;
    this.#session = session;
  }

  /** Logits, one for each passage, in order. */
  async score(query: string, passages: readonly string[], signal: AbortSignal): Promise<number[]> {
    const scores = new Array<number>(passages.length).fill(0);
    const rows = this.#encoder.encode(
      passages.map(() => query),
      { pairs: passages },
    );
    await eachBatch(tokenBatches(rows), signal, async (batch) => {
      const { data, dims } = await this.#session.run(batch.map(({ row }) => row));
      if (data.length !== batch.length) {
        throw new GraphError(
          'bad-model',
          `"${this.model}" gave an output of ${dims.join(' × ')}; a cross-encoder gives one score a pair`,
        );
      }
      batch.forEach(({ index }, at) => {
        scores[index] = data[at] ?? 0;
      });
    });
    return scores;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.dispose();
  }
}
