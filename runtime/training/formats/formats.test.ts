import { GraphError } from '@graft/graph';
import fc from 'fast-check';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Builder } from '../ir/builder.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { tfjsExecutor } from '../tfjs/executor.ts';
import { encode } from './encode.ts';
import { decode, readableTypes } from './encoding.ts';
import { readGguf } from './gguf-reader.ts';
import { writeGguf, type GgufTensor } from './gguf-writer.ts';
import { floatToHalf, halfToFloat } from './half.ts';
import { loadWeight } from './load-weight.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { sourceOf, type TensorEntries } from './tensor-file.ts';

const fixture = (name: string): string =>
  path.join(import.meta.dirname, '../golden/fixtures', name);
const kinds = [...readableTypes];

async function load(tensors: TensorEntries, name: string): Promise<Float32Array> {
  const entry = tensors.get(name);
  if (entry === undefined) throw new Error(`no ${name}`);
  return loadWeight(sourceOf(entry), entry.shape);
}

/** Tells zeros by their sign. */
function bitsOf(numbers: Float32Array): Uint32Array {
  return new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-formats-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

describe('gguf', () => {
  it('reads metadata of every kind', async () => {
    const { metadata } = await readGguf(fixture('quantised.gguf'));
    const value = (key: string): unknown => {
      const found = metadata.get(key);
      return found?.type === 'array' ? found.values : found?.value;
    };
    expect(value('general.architecture')).toBe('llama');
    expect(value('test.strings')).toEqual(['a', 'ü', '']);
    expect(value('test.numbers')).toEqual([1, -2, 3]);
    expect(value('test.float')).toBe(0.5);
    expect(value('test.bool')).toBe(true);
    expect(value('test.large')).toBe(2n ** 53n + 1n);
  });

  it.each(kinds)('reads %s as the gguf package does, bit for bit', async (kind) => {
    const { tensors } = await readGguf(fixture('quantised.gguf'));
    const golden = await readSafetensors(fixture('quantised.safetensors'));
    const [ours, theirs] = [await load(tensors, kind), await load(golden.tensors, kind)];
    expect(bitsOf(ours)).toEqual(bitsOf(theirs));
  });

  it.each(kinds)('feeds %s to the executors where it lies', async (kind) => {
    const entry = (await readGguf(fixture('quantised.gguf'))).tensors.get(kind);
    if (entry === undefined) throw new Error(`no ${kind}`);
    const expected = await loadWeight(sourceOf(entry), entry.shape);
    const b = new Builder();
    const [rows = 0, columns = 0] = entry.shape;
    const identity = Float32Array.from({ length: rows * rows }, (_, i) => (i % (rows + 1) ? 0 : 1));
    const w = b.weight('w', [rows, columns]);
    const program = b.build({
      forward: b.matmul(b.input('x', { shape: [rows, rows] }), w),
      plain: b.scale(w, 1.5),
    });
    for (const executor of [
      await onnxExecutor({ device: 'cpu', threads: 1 }),
      await tfjsExecutor(),
    ]) {
      await using executable = await executor.compile(program, () => sourceOf(entry));
      const { forward = [], plain = [] } = await executable.run({ x: identity });
      expected.forEach((x, i) => {
        expect(forward[i]).toBeCloseTo(x, 5);
        expect(plain[i]).toBeCloseTo(1.5 * x, 5);
      });
    }
  });

  it('quantises to Q8_0 as ggml does', async () => {
    const { tensors } = await readSafetensors(fixture('quantised.safetensors'));
    const ours = decode('q8_0', encode('q8_0', await load(tensors, 'source')));
    expect([...ours]).toEqual([...(await load(tensors, 'source as Q8_0'))]);
  });

  it('writes what it reads', async () => {
    const original = await readGguf(fixture('quantised.gguf'));
    const bytes = await readFile(original.path);
    const written = path.join(folder, 'copy.gguf');
    const tensors = [...original.tensors.values()].flatMap((entry): GgufTensor[] =>
      entry.encoding === undefined
        ? []
        : [
            {
              name: entry.name,
              shape: entry.shape,
              encoding: entry.encoding,
              bytes: () => bytes.subarray(entry.offset, entry.offset + entry.bytes),
            },
          ],
    );
    await writeGguf(written, original.metadata, tensors);
    const copy = await readGguf(written);
    expect(copy.metadata).toEqual(original.metadata);
    for (const kind of kinds) {
      expect([...(await load(copy.tensors, kind))]).toEqual([
        ...(await load(original.tensors, kind)),
      ]);
    }
    expect((await readFile(written)).equals(bytes)).toBe(true);
  });

  it('keeps a byte order mark at the beginning of a token', async () => {
    const values = ['\ufeff', '\ufeff#', '#', ''];
    const metadata = new Map([
      ['tokenizer.ggml.tokens', { type: 'array', of: 'string', values }],
    ] as const);
    const file = path.join(folder, 'marks.gguf');
    await writeGguf(file, metadata, []);
    expect((await readGguf(file)).metadata).toEqual(metadata);
  });

  it('says of a file cut anywhere what is missing', async () => {
    const bytes = await readFile(fixture('quantised.gguf'));
    const cut = path.join(folder, 'cut.gguf');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 33 }), async (length) => {
        await writeFile(cut, bytes.subarray(0, length));
        const error: unknown = await readGguf(cut).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(GraphError);
        expect(error).toMatchObject({ code: 'damaged-file', location: { file: cut } });
        expect(String(error)).toMatch(/cut off(: .* ends at byte \d+| or damaged)/);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses another format and a missing file by name', async () => {
    await expect(readGguf(import.meta.filename)).rejects.toThrow(/is not a GGUF file/);
    await expect(readGguf('/nowhere.gguf')).rejects.toMatchObject({ code: 'missing-file' });
  });
});

describe('safetensors', () => {
  it('writes what it reads', async () => {
    const file = path.join(folder, 'round.safetensors');
    const data = Float32Array.of(1, -2.5, 3e-8, 4, 5, 6);
    await writeSafetensors(file, [
      { name: 'b', shape: [2, 3], data },
      { name: 'a', shape: [], data: Float32Array.of(7) },
    ]);
    const read = await readSafetensors(file);
    expect(read.metadata).toEqual({ format: 'pt' });
    expect([...read.tensors.keys()]).toEqual(['a', 'b']);
    expect([...(await load(read.tensors, 'b'))]).toEqual([...data]);
    expect([...(await load(read.tensors, 'a'))]).toEqual([7]);
  });

  it('says of a file cut anywhere what is missing', async () => {
    const bytes = await readFile(fixture('quantised.safetensors'));
    const cut = path.join(folder, 'cut.safetensors');
    for (const length of [0, 5, 8, 100, 1000, bytes.length - 1]) {
      await writeFile(cut, bytes.subarray(0, length));
      await expect(readSafetensors(cut)).rejects.toThrow(/cut off: (the header|tensor ")/);
    }
  });

  it('refuses a header that is not JSON', async () => {
    const bad = path.join(folder, 'bad.safetensors');
    await writeFile(bad, Buffer.from('\x04\0\0\0\0\0\0\0{{{{'));
    await expect(readSafetensors(bad)).rejects.toMatchObject({ code: 'damaged-file' });
  });
});

describe('halves', () => {
  it('survive a trip through f32', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = halfToFloat(bits);
      if (!Number.isNaN(value)) expect(floatToHalf(value)).toBe(bits);
    }
  });

  it('round to the nearest', () => {
    fc.assert(
      fc.property(fc.float({ min: -60000, max: 60000, noNaN: true }), (x) => {
        const bits = floatToHalf(x);
        const error = Math.abs(halfToFloat(bits) - x);
        for (const neighbour of [bits - 1, bits + 1]) {
          const other = halfToFloat(neighbour & 0xffff);
          if (Number.isFinite(other)) expect(error).toBeLessThanOrEqual(Math.abs(other - x));
        }
      }),
    );
  });
});
