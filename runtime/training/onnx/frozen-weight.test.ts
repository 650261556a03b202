import { expect, it } from 'vitest';
import { readGguf } from '../formats/gguf-reader.ts';
import { loadWeight } from '../formats/load-weight.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { fixture } from '../golden/golden.ts';
import { Builder } from '../ir/builder.ts';
import { onnxExecutor } from './executor.ts';

const file = await readGguf(fixture('quantised.gguf'));
const matrices = [...file.tensors.values()].filter(
  ({ encoding, shape }) => encoding !== undefined && shape.length === 2,
);

/** Zeros lose their sign: 0 · −scale is −0, and the decoder's is 0. */
function unsigned(numbers: Float32Array | undefined): Float32Array | undefined {
  return numbers?.map((x) => x + 0);
}

it('has every encoding to read', () => {
  const encodings = new Set(matrices.map((entry) => entry.encoding));
  expect([...encodings].sort()).toEqual(
    expect.arrayContaining(['q4_0', 'q4_1', 'q4_k', 'q6_k', 'q8_0']),
  );
});

it.each(matrices.map((entry) => [entry.name, entry] as const))(
  'reads rows of %s, multiplies with all of it, and with its columns laid out',
  async (_, entry) => {
    const [rows = 1, columns = 1] = entry.shape;
    const b = new Builder();
    const weight = b.weight('weight', entry.shape);
    // Only a factor, never read by row: may be laid out the other way.
    const factor = b.weight('factor', entry.shape);
    const picked = b.gather(weight, b.constant(Int32Array.of(rows - 1, 0), [2]));
    const unit = b.input('unit', { shape: [rows, rows] });
    const side = b.input('side', { shape: [columns, columns] });
    const program = b.build({
      picked,
      whole: b.matmul(unit, weight),
      factor: b.matmul(unit, factor),
      turned: b.matmul(side, factor, { transposeB: true }),
    });
    await using executable = await (
      await onnxExecutor({ device: 'cpu', threads: 1 })
    ).compile(program, () => sourceOf(entry));
    const identity = (size: number): Float32Array =>
      Float32Array.from({ length: size * size }, (__, i) => (i % (size + 1) === 0 ? 1 : 0));
    const results = await executable.run({ unit: identity(rows), side: identity(columns) });
    const expected = await loadWeight(sourceOf(entry), entry.shape);
    expect(unsigned(results['whole'])).toEqual(unsigned(expected));
    expect(unsigned(results['factor'])).toEqual(unsigned(expected));
    const across = expected.map(
      (_, i) => expected[(i % rows) * columns + Math.floor(i / rows)] ?? 0,
    );
    expect(unsigned(results['turned'])).toEqual(unsigned(across));
    expect(unsigned(results['picked'])).toEqual(
      unsigned(Float32Array.of(...expected.slice(-columns), ...expected.slice(0, columns))),
    );
  },
);
