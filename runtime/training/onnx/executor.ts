import { GraphError } from '@graft/graph';
import { isFullDisk } from '@graft/kit';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  type Executable,
  type Executor,
  type Feeds,
  type Results,
  type WeightLookup,
  checkFeeds,
  requireWeight,
} from '../ir/executor.ts';
import type { Program } from '../ir/program.ts';
import { bindFrozenWeight } from './frozen-weight.ts';
import { lower } from './lower.ts';
import type { Provider } from './emitter.ts';
import { externalRoot, Sidecar } from './sidecar.ts';

type Runtime = typeof import('onnxruntime-node');

export interface OnnxOptions {
  readonly device: Provider;
  /** CPU threads; default 2. */
  readonly threads?: number;
  /** Folder for rewritten weights while the program lives; default: the system's. */
  readonly scratchFolder?: string;
}

/**
 * Runs programs on onnxruntime-node. A run blocks its thread, and a device may crash the process: train in a child
 * process.
 */
export async function onnxExecutor(options: OnnxOptions): Promise<Executor> {
  const runtime = await import('onnxruntime-node');
  const sidecar = new Sidecar(options.scratchFolder);
  return {
    name: `onnx-${options.device}`,
    compile: async (program, weights) =>
      OnnxExecutable.create({ runtime, options, program, sidecar }, weights),
  };
}

interface Setting {
  readonly runtime: Runtime;
  readonly options: OnnxOptions;
  readonly program: Program;
  readonly sidecar: Sidecar;
}

class OnnxExecutable implements Executable {
  readonly #runtime: Runtime;
  readonly #program: Program;
  readonly #session: InferenceSession;
  readonly #outputs: ReadonlyMap<string, string>;
  readonly #usedSidecar: AsyncDisposable;

  private constructor(
    { runtime, program }: Setting,
    made: {
      session: InferenceSession;
      outputs: ReadonlyMap<string, string>;
      usedSidecar: AsyncDisposable;
    },
  ) {
    this.#runtime = runtime;
    this.#program = program;
    this.#session = made.session;
    this.#outputs = made.outputs;
    this.#usedSidecar = made.usedSidecar;
  }

  static async create(
    setting: Setting,
    weights: WeightLookup | undefined,
  ): Promise<OnnxExecutable> {
    const { runtime, options, program, sidecar } = setting;
    const usedSidecar = sidecar.use();
    try {
      const { model, outputs } = await lower(
        program,
        options.device,
        async (lowering, value, { name, use }) => {
          const source = requireWeight(weights, name);
          await bindFrozenWeight({ lowering, value, use, source, sidecar });
        },
      );
      const session = await runtime.InferenceSession.create(model, {
        executionProviders: [options.device],
        intraOpNumThreads: options.threads ?? 2,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        // A memory pattern would be a second block as large as the first run's peak.
        enableMemPattern: false,
        extra: {
          session: {
            model_external_initializers_file_folder_path: externalRoot,
            // It would copy each weight twice, because both forward and backward pass read it.
            disable_prepacking: '1',
            // Threads spin for as long as waking up takes: 5 % faster than sleeping. Longer spinning burns half as much
            // CPU again, and loses beside other work.
            intra_op: { allow_spinning: '1', spin_duration_us: '100' },
          },
          // They would replace values recomputed to save memory by the earlier ones, and keep weights widened.
          optimization: {
            disable_specified_optimizers:
              'CommonSubexpressionElimination;ConstantFolding;FuseFp16InitializerToFp32NodeTransformer',
          },
        },
      });
      return new OnnxExecutable(setting, { session, outputs, usedSidecar });
    } catch (error) {
      await usedSidecar[Symbol.asyncDispose]();
      // The rewritten weights are on disk.
      if (error instanceof GraphError || isFullDisk(error)) throw GraphError.from(error);
      throw new GraphError(
        options.device === 'cpu' ? 'internal' : 'unavailable',
        `onnxruntime cannot prepare the program on ${options.device}: ${error instanceof Error ? error.message : String(error)}`,
        { audience: options.device === 'cpu' ? 'developer' : 'operator', cause: error },
      );
    }
  }

  async run(feeds: Feeds): Promise<Results> {
    checkFeeds(this.#program, feeds);
    const tensors: Record<string, Tensor> = {};
    for (const [name, value] of this.#program.inputs) {
      const data = feeds[name];
      if (data instanceof Float32Array) {
        tensors[value.name] = new this.#runtime.Tensor('float32', data, value.shape);
      } else if (data !== undefined) {
        tensors[value.name] = new this.#runtime.Tensor('int32', data, value.shape);
      }
    }
    const fetched = await this.#session.run(tensors);
    const results: Record<string, Float32Array> = {};
    for (const [name, output] of this.#outputs) {
      const data = fetched[output]?.data;
      if (!(data instanceof Float32Array)) {
        throw new GraphError('internal', `onnxruntime gave no floats for "${name}"`, {
          audience: 'developer',
        });
      }
      results[name] = data;
    }
    return results;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.release();
    await this.#usedSidecar[Symbol.asyncDispose]();
  }
}
