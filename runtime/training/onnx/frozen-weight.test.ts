import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ggmlNumbers } from '../formats/encoding.ts';
import { readGguf } from '../formats/gguf-reader.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { fixture } from '../testing/golden.ts';
import { Builder } from '../ir/builder.ts';
import { onnxExecutor } from './executor.ts';

const file = await readGguf(fixture('quantised.gguf'));
const matrices = [...file.tensors.values()].filter(
  ({ encoding, shape }) => encoding !== undefined && shape.length === 2,
);

/** Zeros lose their sign: sums in a product make 0 of −0. */
function unsigned(numbers: Float32Array | undefined): Float32Array | undefined {
  return numbers?.map((x) => x + 0);
}

it('has every encoding to read', () => {
  const encodings = new Set(matrices.map((entry) => entry.encoding));
  expect([...encodings].sort()).toEqual(Object.keys(ggmlNumbers).sort());
});

it.each(matrices.map((entry) => [entry.name, entry] as const))(
  'reads %s by row, as a factor, both ways, and by element',
  async (_, entry) => {
    const [rows = 1, columns = 1] = entry.shape;
    const b = new Builder();
    // How a program reads a weight decides how it is laid out.
    const table = b.weight('table', entry.shape);
    const factor = b.weight('factor', entry.shape);
    const both = b.weight('both', entry.shape);
    const other = b.weight('other', entry.shape);
    const ids = b.constant(Int32Array.of(rows - 1, 0), [2]);
    const unit = b.input('unit', { shape: [rows, rows] });
    const side = b.input('side', { shape: [columns, columns] });
    const program = b.build({
      table: b.gather(table, ids),
      factor: b.matmul(unit, factor),
      turned: b.matmul(side, factor, { transposeB: true }),
      picked: b.gather(both, ids),
      whole: b.matmul(unit, both),
      elements: b.add(other, other),
    });
    const executor = await onnxExecutor({ device: 'cpu', threads: 1 });
    await using executable = await executor.compile(program, () => sourceOf(entry));
    const identity = (size: number): Float32Array =>
      Float32Array.from({ length: size * size }, (__, i) => (i % (size + 1) === 0 ? 1 : 0));
    const results = await executable.run({ unit: identity(rows), side: identity(columns) });
    const expected = await loadWeight(sourceOf(entry), entry.shape);
    const two = Float32Array.of(...expected.slice(-columns), ...expected.slice(0, columns));
    const across = expected.map(
      (_, i) => expected[(i % rows) * columns + Math.floor(i / rows)] ?? 0,
    );
    const given = Object.fromEntries(
      Object.entries(results).map(([name, numbers]) => [name, unsigned(numbers)]),
    );
    expect(given).toEqual({
      table: unsigned(two),
      factor: unsigned(expected),
      turned: unsigned(across),
      picked: unsigned(two),
      whole: unsigned(expected),
      elements: unsigned(expected.map((x) => 2 * x)),
    });
  },
);

it('keeps one copy of a rewritten weight for all programs that read it, until the last is gone', async () => {
  const scratchFolder = await mkdtemp(path.join(tmpdir(), 'graft-sidecar-'));
  onTestFinished(() => rm(scratchFolder, { recursive: true }));
  const [entry] = matrices.filter(({ encoding }) => encoding === 'q4_1');
  if (entry === undefined) throw new Error('no q4_1');
  const executor = await onnxExecutor({ device: 'cpu', threads: 1, scratchFolder });
  const compile = (rows: number) => {
    const b = new Builder();
    const x = b.input('x', { shape: [rows, entry.shape[1] ?? 1] });
    const y = b.matmul(x, b.weight('w', entry.shape), { transposeB: true });
    return executor.compile(b.build({ y }), () => sourceOf(entry));
  };
  const size = async (): Promise<number> => {
    const [folder] = await readdir(scratchFolder);
    return folder === undefined
      ? 0
      : (await stat(path.join(scratchFolder, folder, 'weights.bin'))).size;
  };
  const first = await compile(1);
  const alone = await size();
  expect(alone).toBeGreaterThan(0);
  const second = await compile(2);
  expect(await size()).toBe(alone);
  await first[Symbol.asyncDispose]();
  await second.run({ x: new Float32Array(2 * (entry.shape[1] ?? 1)) });
  await second[Symbol.asyncDispose]();
  expect(await size()).toBe(0);
  await using third = await compile(1);
  await third.run({ x: new Float32Array(entry.shape[1] ?? 1) });
  expect(await size()).toBe(alone);
});
