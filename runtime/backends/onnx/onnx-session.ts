import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { GraphError, type EncodedText, type ModelEntry } from '@graft/graph';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { OnnxGraph } from './onnx-graph.ts';

/** One output of a padded batch: row-major `dims`, on the CPU. */
interface BatchOutput {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

const probe = (length: number): EncodedText => ({
  // Any ids will do; every vocabulary has a thousand.
  ids: Array.from({ length }, (_, at) => 100 + ((at * 389) % 900)),
  segments: [],
});

/** Two texts, one padded: their lengths lie on both sides of those at which providers change kernels. */
const probeRows: readonly EncodedText[] = [probe(40), probe(12)];

/** Relative difference that rounding can explain; wrong kernels gave 0.05 and more. */
const tolerance = 1e-2;

/** Whether two providers computed the same; ignores padding. */
function isSameResult(expected: BatchOutput, actual: BatchOutput): boolean {
  if (expected.data.length !== actual.data.length) return false;
  const perRow = expected.data.length / probeRows.length;
  const perToken = expected.dims.length === 3 ? (expected.dims[2] ?? 1) : perRow;
  let difference = 0;
  let size = 0;
  probeRows.forEach(({ ids }, row) => {
    const end = Math.min(perRow, ids.length * perToken);
    for (let at = row * perRow; at < row * perRow + end; at++) {
      const value = expected.data[at] ?? 0;
      difference += (value - (actual.data[at] ?? 0)) ** 2;
      size += value ** 2;
    }
  });
  // NaN never equals.
  return Math.sqrt(difference) <= tolerance * Math.sqrt(size);
}

export type OnnxDevice = 'cpu' | 'webgpu' | 'cuda';

export interface OnnxModelFiles {
  readonly entry: ModelEntry;
  /** Folder laid out by the catalogue. */
  readonly folder: string;
  readonly device: OnnxDevice;
  /** Threads of one session; default: the number of cores. */
  readonly threads?: number;
}

/** Runs padded batches of token ids through an ONNX transformer. */
export class OnnxSession {
  readonly #session: InferenceSession;
  readonly #output: string;
  readonly #id: string;
  readonly #mixesRows: boolean;

  private constructor(
    session: InferenceSession,
    wanted: readonly string[],
    { id, mixesRows }: { readonly id: string; readonly mixesRows: boolean },
  ) {
    this.#session = session;
    this.#id = id;
    this.#mixesRows = mixesRows;
    const { outputNames } = session;
    this.#output = wanted.find((name) => outputNames.includes(name)) ?? outputNames[0] ?? '';
  }

  /** `wanted`: names of the output, the best first; a model without them returns its first. */
  static async load(files: OnnxModelFiles, wanted: readonly string[]): Promise<OnnxSession> {
    const weights = files.entry.files.find(({ path }) => path.endsWith('.onnx'));
    if (weights === undefined) {
      throw new GraphError('bad-model', `"${files.entry.id}" has no .onnx file`);
    }
    try {
      return await OnnxSession.#open(files, join(files.folder, weights.path), wanted);
    } catch (cause) {
      throw sessionError(files, cause);
    }
  }

  /**
   * Every device keeps activations as floats, so that all agree. Drivers and GPU kernels may be wrong without an error,
   * so a GPU must match the CPU on a probe. If attention is wrong (seen on SwiftShader from 32 tokens on), the CPU
   * computes it.
   */
  static async #open(
    files: OnnxModelFiles,
    path: string,
    wanted: readonly string[],
  ): Promise<OnnxSession> {
    const model = await readFile(path);
    const graph = new OnnxGraph(model);
    graph.keepActivations();
    const mixesRows = graph.mixesRows();
    const create = async (device: OnnxDevice, onCpu: readonly string[]): Promise<OnnxSession> => {
      const options = sessionOptions(files, device, { onCpu, dataFolder: dirname(path) });
      const session = await InferenceSession.create(model, options);
      return new OnnxSession(session, wanted, { id: files.entry.id, mixesRows });
    };
    const cpu = await create('cpu', []);
    if (files.device === 'cpu') return cpu;
    const expected = await cpu.run(probeRows);
    await cpu.dispose();
    const attempts = files.device === 'webgpu' ? [[], graph.attentionNodes()] : [[]];
    for (const onCpu of attempts) {
      const session = await create(files.device, onCpu);
      if (isSameResult(expected, await session.run(probeRows))) return session;
      await session.dispose();
    }
    throw new Error('its results differ from those of the CPU');
  }

  /**
   * Pads to the longest row. Blocks the thread. A row gives the same result in any batch, up to rounding: results are
   * cached by row, so a model that rounds a whole batch gets its rows one by one.
   */
  async run(rows: readonly EncodedText[]): Promise<BatchOutput> {
    if (!this.#mixesRows || rows.length < 2) return this.#runBatch(rows);
    const outputs: BatchOutput[] = [];
    for (const row of rows) outputs.push(await this.#runBatch([row]));
    const size = outputs.reduce((largest, { data }) => Math.max(largest, data.length), 0);
    const data = new Float32Array(rows.length * size);
    outputs.forEach((output, at) => data.set(output.data, at * size));
    const longest = outputs.find((output) => output.data.length === size);
    return { data, dims: [rows.length, ...(longest?.dims.slice(1) ?? [])] };
  }

  async #runBatch(rows: readonly EncodedText[]): Promise<BatchOutput> {
    const length = rows.reduce((longest, row) => Math.max(longest, row.ids.length), 0);
    const dims = [rows.length, length];
    const ids = new BigInt64Array(rows.length * length);
    const mask = new BigInt64Array(rows.length * length);
    const segments = new BigInt64Array(rows.length * length);
    rows.forEach((row, index) => {
      const start = index * length;
      row.ids.forEach((id, at) => {
        ids[start + at] = BigInt(id);
        mask[start + at] = 1n;
        segments[start + at] = BigInt(row.segments[at] ?? 0);
      });
    });
    const all: Record<string, BigInt64Array> = {
      input_ids: ids,
      attention_mask: mask,
      token_type_ids: segments,
    };
    if (this.#session.inputNames.includes('position_ids')) {
      all['position_ids'] = BigInt64Array.from(ids, (_, at) => BigInt(at % length));
    }
    const feeds: Record<string, Tensor> = {};
    for (const name of this.#session.inputNames) {
      const values = all[name];
      const past = values === undefined ? this.#emptyPast(name, rows.length) : undefined;
      if (past !== undefined) {
        feeds[name] = past;
        continue;
      }
      if (values === undefined) {
        throw new GraphError(
          'bad-model',
          `the model needs an input "${name}" that Graft does not provide`,
        );
      }
      feeds[name] = new Tensor('int64', values, dims);
    }
    const outputs = await this.#session.run(feeds, [this.#output]).catch((cause: unknown) => {
      throw ranOut(this.#id, cause) ?? cannotRun(this.#id, cause);
    });
    const output = outputs[this.#output];
    if (output === undefined || !(output.data instanceof Float32Array)) {
      throw new GraphError('bad-model', `the model's output "${this.#output}" is not float32`);
    }
    return { data: output.data, dims: output.dims };
  }

  /** Keys or values of earlier tokens, which decoders take: there are none. Undefined for another input. */
  #emptyPast(name: string, rows: number): Tensor | undefined {
    const input = this.#session.inputMetadata.find((each) => each.name === name);
    if (!name.startsWith('past_key_values.') || input?.isTensor !== true) return undefined;
    const dims = input.shape.map((size, axis) =>
      axis === 0 ? rows : typeof size === 'number' ? size : 0,
    );
    if (input.type === 'float16') return new Tensor('float16', new Uint16Array(0), dims);
    return new Tensor('float32', new Float32Array(0), dims);
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }
}

function sessionOptions(
  files: OnnxModelFiles,
  device: OnnxDevice,
  { onCpu, dataFolder }: { readonly onCpu: readonly string[]; readonly dataFolder: string },
): InferenceSession.SessionOptions {
  return {
    executionProviders: [
      onCpu.length === 0 ? device : { name: 'webgpu', forceCpuNodeNames: onCpu },
    ],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: files.threads ?? availableParallelism(),
    // Outputs stay on the CPU, the default: reading one on a GPU can abort the process.
    logSeverityLevel: 3,
    extra: {
      session: {
        // Threads that spin while waiting take cores from other work: a fifth slower beside other work, and no faster
        // alone.
        intra_op: { allow_spinning: '0' },
        model_external_initializers_file_folder_path: dataFolder,
      },
    },
  };
}

function sessionError(files: OnnxModelFiles, cause: unknown): GraphError {
  if (cause instanceof GraphError) return cause;
  const outOfMemory = ranOut(files.entry.id, cause);
  if (outOfMemory !== undefined) return outOfMemory;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (files.device !== 'cpu') {
    return new GraphError(
      'unavailable',
      `the ${files.device} provider cannot run "${files.entry.id}": ${message}. ` +
        'Run graft doctor, or choose the device cpu',
      { cause, audience: 'operator' },
    );
  }
  return new GraphError('bad-model', `"${files.entry.id}" cannot be loaded: ${message}`, { cause });
}

function cannotRun(id: string, cause: unknown): GraphError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new GraphError('bad-model', `"${id}" cannot be run: ${message}`, { cause });
}

/** The message of a failed allocation in onnxruntime, CUDA or WebGPU; undefined for other errors. */
function ranOut(id: string, cause: unknown): GraphError | undefined {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!/allocat|out of memory|out_of_memory|bad_alloc/i.test(message)) return undefined;
  return new GraphError('out-of-memory', `"${id}" does not fit: ${message}`, { cause });
}
