import { expect, it, vi } from 'vitest';
import { readGguf } from '../formats/gguf-reader.ts';
import { sourceOf } from '../formats/tensor-file.ts';
import { fixture } from '../testing/golden.ts';
import { Builder } from '../ir/builder.ts';
import { onnxExecutor } from './executor.ts';
import { Sidecar } from './sidecar.ts';

it.each(['ENOSPC', 'EDQUOT'])(
  'reports %s of a rewritten weight as no-space, with advice, and runs with room again',
  async (code) => {
    const { tensors } = await readGguf(fixture('quantised.gguf'));
    const entry = [...tensors.values()].find(
      ({ encoding, shape }) => encoding === 'q8_0' && shape.length === 2,
    );
    if (entry === undefined) throw new Error('the fixture has no such matrix');
    const [rows = 1] = entry.shape;
    const b = new Builder();
    const unit = b.input('unit', { shape: [1, rows] });
    const program = b.build({ product: b.matmul(unit, b.weight('factor', entry.shape)) });
    const executor = await onnxExecutor({ device: 'cpu', threads: 1 });
    const full = Object.assign(new Error(`${code}: no room, write`), { code });
    const append = vi.spyOn(Sidecar.prototype, 'append').mockRejectedValueOnce(full);
    await expect(executor.compile(program, () => sourceOf(entry))).rejects.toMatchObject({
      code: 'no-space',
      audience: 'operator',
      message: expect.stringMatching(/Free some space/),
    });
    await using executable = await executor.compile(program, () => sourceOf(entry));
    expect(append.mock.calls.length).toBeGreaterThan(1);
    append.mockRestore();
    const { product } = await executable.run({ unit: new Float32Array(rows) });
    expect(product).toHaveLength(entry.shape[1] ?? 0);
  },
);
