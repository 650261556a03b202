import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Builder } from '../ir/builder.ts';
import { onnxExecutor } from './executor.ts';

const [rows, columns] = [4096, 8192];

it.each(['f16', 'bf16'] as const)(
  'onnxruntime keeps no wide copy of a matrix in %s beside its file',
  async (encoding) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'graft-frozen-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'weights.bin');
    const bytes = rows * columns * 2;
    await using handle = await open(file, 'w');
    await handle.truncate(bytes);
    const b = new Builder();
    const weight = b.weight('weight', [rows, columns]);
    const program = b.build({ y: b.matmul(b.input('x', { shape: [1, rows] }), weight) });
    const executor = await onnxExecutor({ device: 'cpu', threads: 1, scratchFolder: folder });
    const source = { kind: 'file', path: file, offset: 0, bytes, encoding } as const;

    const before = process.memoryUsage.rss();
    await using executable = await executor.compile(program, () => source);
    // One copy in f32 takes twice the file.
    expect(process.memoryUsage.rss() - before).toBeLessThan(bytes);
    const { y } = await executable.run({ x: new Float32Array(rows) });
    expect(y).toHaveLength(columns);
  },
);
