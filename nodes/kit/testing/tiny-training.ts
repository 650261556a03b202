import type { AdapterInfo, ModelRef, RunContext, Training, TreeInput } from '@graft/graph';
import { randomAdapter, tiny, tinyConfig, TinyModel } from '@graft/training/testing';
import { testContext, treeInput } from './test-context.ts';

/** A small Llama with adapters of it, and the real service over them; nothing can be trained. */
export class TinyTraining implements AsyncDisposable {
  readonly files: TinyModel;
  readonly training: Training;
  /** The model as it arrives at an input; its weights are in its folder. */
  readonly model: TreeInput<ModelRef>;

  private constructor(files: TinyModel) {
    this.files = files;
    const absent = (): never => {
      throw new Error('Nothing is trained here.');
    };
    this.training = {
      ...files.service,
      train: absent,
      trainEmbedder: absent,
      trainQueryAdapter: absent,
      trainReranker: absent,
      evaluate: absent,
    };
    this.model = treeInput(
      {
        ...{ ...tiny, weights: 'base.gguf', architecture: 'llama', format: 'gguf' },
        contextLength: tinyConfig.context,
      },
      files.root,
    );
  }

  static async open(): Promise<TinyTraining> {
    return new TinyTraining(await TinyModel.open());
  }

  context(parts: Partial<RunContext> = {}): RunContext {
    const { backends } = testContext();
    return testContext({
      scratch: () => this.files.folder(),
      backends: { ...backends, training: () => Promise.resolve(this.training) },
      ...parts,
    });
  }

  /** A random adapter as it arrives at an input. */
  async adapter(name: string, rank = 4): Promise<TreeInput<AdapterInfo>> {
    const { path, info } = await this.files.imported(randomAdapter(tinyConfig, rank, false), name);
    return treeInput(info, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.files[Symbol.asyncDispose]();
  }
}
