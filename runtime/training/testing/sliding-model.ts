import { architectureOf } from '../architectures/description.ts';
import { randomWeights, writeTestModel } from './test-model.ts';
import { tinyConfig } from './tiny-model.ts';

/** Writes a small Gemma 3 in GGUF, f32, whose layers but every sixth see no further back than `window` tokens. */
export async function writeSlidingModel(file: string, window: number): Promise<void> {
  const config = {
    ...tinyConfig,
    architecture: architectureOf('gguf', 'gemma3', 'test'),
    ...{ layers: 6, context: 4_096, slidingWindow: window },
  };
  await writeTestModel(file, config, { weights: randomWeights(config, 5), encoding: 'f32' });
}
