import { GraphError } from '@graft/graph';
import type { GgufValue } from '@graft/kit';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openBaseModel, type BaseModel } from '../architectures/base-model.ts';
import type { ModelConfig } from '../architectures/model-config.ts';
import { permuteModule } from '../architectures/paired-rows.ts';
import { ropeDivisors } from '../architectures/rope.ts';
import { toGgufName } from '../architectures/tensor-names.ts';
import { weightShapes } from '../architectures/weight-shapes.ts';
import { encode, fileTypes, type WrittenEncoding } from '../formats/encode.ts';
import { encodedBytes } from '../formats/encoding.ts';
import { writeGguf, type GgufTensor } from '../formats/gguf-writer.ts';
import { fitsHalf } from '../formats/half.ts';
import { bandsOf, loadWeight } from '../formats/load-weight.ts';
import { sourceOf, type TensorEntry } from '../formats/tensor-file.ts';
import { sizeOf } from '../ir/shape.ts';
import { configMetadata, expressibleConfig } from './config-metadata.ts';
import { readTokenizer } from './tokenizer-file.ts';
import { tokenizerMetadata } from './tokenizer-metadata.ts';

export interface ToGgufOptions {
  /** Of matrices; vectors are f32, and rows that are no whole blocks f16, as llama.cpp's converter has them. */
  readonly encoding: WrittenEncoding;
  /** Name, licence and origin, for the file's readers. */
  readonly name: string;
  readonly licence?: string | undefined;
  readonly source?: string | undefined;
}

export interface WriteHooks {
  readonly signal: AbortSignal;
  /** Called with the bytes of tensors written, after each band of rows. */
  readonly progress: (done: number, total: number) => void;
}

/** A conversion of which nothing is written yet. */
export interface GgufPlan {
  /** What the file takes at most, in bytes. */
  readonly bytes: number;
  /**
   * Writes the file, whole or not at all, and opens it again. Holds a band of rows in memory. Throws `input-changed` if
   * the model changed meanwhile, `bad-model` for a number that the encoding cannot hold, and as `replaceFile` does.
   */
  write(to: string, hooks: WriteHooks): Promise<void>;
}

/**
 * Reads a folder with config.json, safetensors and tokenizer.json as a GGUF file to be. Throws `bad-model` for what
 * llama.cpp or Graft would compute otherwise, `damaged-file`, `missing-file` and `unsafe-path`.
 */
export async function planGguf(folder: string, options: ToGgufOptions): Promise<GgufPlan> {
  const configFile = path.join(folder, 'config.json');
  const base = await openBaseModel(folder);
  const config = expressibleConfig(base.config, configFile);
  const tokenizer = tokenizerMetadata(await readTokenizer(folder), config.vocabulary);
  const metadata = new Map<string, GgufValue>([
    ...configMetadata(config),
    ['general.name', { type: 'string', value: options.name }],
    ['general.file_type', { type: 'u32', value: fileTypes[options.encoding] }],
    ['general.quantization_version', { type: 'u32', value: 2 }],
    ...optional('general.license', options.licence),
    ...optional('general.source.url', options.source),
    ...tokenizer,
  ]);
  const tensors = [...weightShapes(config).keys()].map((name) =>
    tensorOf(base, name, options.encoding),
  );
  const bytes = tensors.reduce((sum, { size }) => sum + size, 0);
  const header = 2 * (await stat(path.join(folder, 'tokenizer.json'))).size + (1 << 20);
  return {
    bytes: bytes + header,
    async write(to, hooks) {
      const before = await stampsOf(base.files);
      let done = 0;
      const written = tensors.map(({ pieces, ...tensor }): GgufTensor => {
        async function* counted(): AsyncGenerator<Uint8Array> {
          for await (const piece of pieces(hooks.signal)) {
            yield piece;
            hooks.progress((done += piece.length), bytes);
          }
        }
        return { ...tensor, bytes: counted };
      });
      await writeGguf(to, metadata, [...frequencies(config), ...written]);
      if (!isDeepStrictEqual(await stampsOf(base.files), before)) {
        throw new GraphError(
          'input-changed',
          `${folder} changed while Graft converted it; convert it again when nothing writes there`,
          { location: { file: folder } },
        );
      }
      await requireSame(to, config);
    },
  };
}

interface PlannedTensor extends Omit<GgufTensor, 'bytes'> {
  readonly size: number;
  readonly pieces: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

function tensorOf(base: BaseModel, name: string, wanted: WrittenEncoding): PlannedTensor {
  const { config, entry: find } = base;
  const entry = find(name);
  const stored = toGgufName(config.architecture, name);
  if (entry === undefined || stored === undefined) {
    throw new GraphError('internal', `${name} has no place in a GGUF file`, {
      audience: 'developer',
    });
  }
  // A type that cannot be read is refused before anything is written.
  sourceOf(entry);
  const { shape } = entry;
  const isWhole = (shape.at(-1) ?? 0) % 32 === 0;
  const encoding = shape.length < 2 ? 'f32' : wanted === 'q8_0' && !isWhole ? 'f16' : wanted;
  return {
    ...{ name: stored, shape, encoding, size: encodedBytes(encoding, sizeOf(shape)) },
    async *pieces(signal) {
      for await (const numbers of numbersOf(base, entry, signal)) {
        if (encoding === 'f16' && !fitsHalf(numbers)) throw tooLarge(entry);
        if (encoding === 'q8_0' && !numbers.every(fitsBlock)) throw notANumber(entry);
        yield encode(encoding, numbers);
      }
    },
  };
}

/** A tensor's numbers as its GGUF file has them, band by band. */
async function* numbersOf(
  { config, layout }: BaseModel,
  entry: TensorEntry,
  signal: AbortSignal,
): AsyncGenerator<Float32Array> {
  const { architecture, headWidth } = config;
  const module = entry.name.replace(/\.(weight|bias)$/, '');
  const paired = (data: Float32Array, rows: number): Float32Array => {
    const heads = rows / headWidth;
    const band = { path: module, data, rows };
    return permuteModule({ architecture, heads, kvHeads: heads }, band, 'toPairs');
  };
  if (entry.shape.length < 2) {
    signal.throwIfAborted();
    const data = await loadWeight(sourceOf(entry), entry.shape);
    const isGain = layout.gainLessOne && entry.name.endsWith('norm.weight');
    yield isGain ? data.map((gain) => gain + 1) : paired(data, data.length);
    return;
  }
  // Heads stay whole: their rows change places.
  const isHeads = /\.[qk]_proj$/.test(module);
  for await (const band of bandsOf(entry, { signal, together: isHeads ? headWidth : 1 })) {
    yield paired(band.weights, band.rows);
  }
}

function frequencies({ rope, headWidth }: ModelConfig): GgufTensor[] {
  if (rope.scaling.kind !== 'llama3') return [];
  const divisors = ropeDivisors(rope, headWidth);
  const bytes = (): Uint8Array => encode('f32', divisors);
  return [{ name: 'rope_freqs.weight', shape: [divisors.length], encoding: 'f32', bytes }];
}

/** Throws where the file is opened as another model than the one that was written. */
async function requireSame(file: string, config: ModelConfig): Promise<void> {
  const made = await openBaseModel(file);
  if (isDeepStrictEqual(comparable(made.config), comparable(config))) return;
  throw new GraphError('internal', `${file} does not say what was written to it`, {
    audience: 'developer',
  });
}

function comparable(config: ModelConfig): unknown {
  const { rope, localRope, headWidth } = config;
  const rounded = (x: number): number => Number(x.toPrecision(6));
  return {
    ...config,
    normEpsilon: rounded(config.normEpsilon),
    attentionScale: rounded(config.attentionScale),
    rope: [rounded(rope.base), [...ropeDivisors(rope, headWidth)].map(rounded)],
    localRope: rounded(localRope.base),
  };
}

const stampsOf = (files: readonly string[]): Promise<unknown> =>
  Promise.all(
    files.map(async (file) => {
      const { size, mtimeMs, ino } = await stat(file);
      return [size, mtimeMs, ino];
    }),
  );

const optional = (key: string, value: string | undefined): [string, GgufValue][] =>
  value === undefined ? [] : [[key, { type: 'string', value }]];

/** Whether a block of Q8_0 can hold it: its scale is a half, and its numbers go to 127. */
const fitsBlock = (value: number): boolean => Math.abs(value) < 127 * 65_504;

function notANumber({ name, path: file }: TensorEntry): GraphError {
  return new GraphError(
    'bad-model',
    `"${name}" of ${file} has a number that is not finite or too large; get the model again from its source`,
    { location: { file } },
  );
}

function tooLarge({ name, path: file }: TensorEntry): GraphError {
  return new GraphError(
    'bad-model',
    `"${name}" of ${file} has a number that f16 cannot hold; convert to q8_0 instead`,
    { location: { file } },
  );
}
