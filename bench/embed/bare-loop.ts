import path from 'node:path';
import { env, pipeline } from '@huggingface/transformers';

const batch = 32;

/** What a user would write: the pipeline over batches of 32 in arrival order, pooled and normalised by the library. */
export async function bareLoop(modelFolder: string) {
  env.allowRemoteModels = false;
  env.localModelPath = path.dirname(modelFolder);
  const extract = await pipeline('feature-extraction', path.basename(modelFolder), {
    dtype: 'q4',
    device: 'cpu',
  });
  return {
    async embed(texts: readonly string[]): Promise<{ vectors: Float32Array[]; ms: number }> {
      const startedAt = performance.now();
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += batch) {
        const output = await extract(texts.slice(at, at + batch), {
          pooling: 'mean',
          normalize: true,
        });
        for (const row of output.tolist() as number[][]) vectors.push(Float32Array.from(row));
      }
      return { vectors, ms: performance.now() - startedAt };
    },
  };
}
