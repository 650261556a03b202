import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ModelSource, WeightedAdapter } from '@graft/graph';
import type { Adapter } from '../adapters/adapter.ts';
import { writePeftAdapter } from '../adapters/peft.ts';
import { architectureOf } from '../architectures/description.ts';
import type { ModelConfig } from '../architectures/model-config.ts';
import { randomWeights, writeTestModel } from './test-model.ts';
import { createAdapterService, type AdapterService } from '../service/adapter-service.ts';

const rope = { base: 10_000, scaling: { kind: 'none' } } as const;
export const tinyConfig: ModelConfig = {
  architecture: architectureOf('gguf', 'llama', 'test'),
  ...{ vocabulary: 320, width: 64, hiddenWidth: 96, layers: 2, heads: 4, kvHeads: 2 },
  ...{ headWidth: 16, context: 64, normEpsilon: 1e-5, biases: [], tiedHead: true },
  ...{ rope, localRope: rope, slidingWindow: undefined, sliding: [false, false] },
  ...{ attentionScale: 0.25, attentionSoftCap: undefined, logitSoftCap: undefined },
};
export const tinyWeights = randomWeights(tinyConfig, 5);
export const tiny: ModelSource = { id: 'tiny', digest: 'a'.repeat(64) };

export const { signal } = new AbortController();
export const stopped = AbortSignal.abort(new Error('stop'));

/** The service over a small Llama in a folder of its own. */
export class TinyModel implements AsyncDisposable {
  readonly root: string;
  /** The model's GGUF file, f32. */
  readonly file: string;
  readonly service: AdapterService;

  private constructor(root: string) {
    this.root = root;
    this.file = path.join(root, 'base.gguf');
    this.service = createAdapterService({
      resolveModel: (source) => Promise.resolve(source.path ?? this.file),
    });
  }

  static async open(): Promise<TinyModel> {
    const made = new TinyModel(await mkdtemp(path.join(tmpdir(), 'graft-tiny-model-')));
    await writeTestModel(made.file, tinyConfig, { weights: tinyWeights, encoding: 'f32' });
    return made;
  }

  /** A new folder. */
  folder(): Promise<string> {
    return mkdtemp(path.join(this.root, 'made-'));
  }

  /** The adapter's folder, imported from the PEFT folder that it is written as. */
  async imported(adapter: Adapter, name: string): Promise<WeightedAdapter> {
    const peft = path.join(await this.folder(), name);
    await writePeftAdapter(peft, adapter);
    const folder = await this.folder();
    const request = { path: peft, model: tiny, folder };
    return { path: folder, info: await this.service.importAdapter(request, signal), weight: 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

/** Writes a small Gemma 3 in GGUF, f32, whose layers but every sixth see no further back than `window` tokens. */
export async function writeSlidingModel(file: string, window: number): Promise<void> {
  const config = {
    ...tinyConfig,
    architecture: architectureOf('gguf', 'gemma3', 'test'),
    ...{ layers: 6, context: 4_096, slidingWindow: window },
  };
  await writeTestModel(file, config, { weights: randomWeights(config, 5), encoding: 'f32' });
}
