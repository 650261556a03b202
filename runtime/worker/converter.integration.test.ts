import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtProcess } from '@graft/kit/testing';
import { randomWeights, tinyConfig, writeTestCheckpoint } from '@graft/training/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ggufConverter } from './convert-to-gguf.ts';
import { convertingProcesses } from './start-converter.ts';

const inProcess = convertingProcesses(builtProcess('converter'));
const options = { encoding: 'q8_0', name: 'Tiny' } as const;
const hooks = (signal = new AbortController().signal) => ({ signal, progress: () => undefined });

let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-converter-'));
  model = path.join(folder, 'model');
  await writeTestCheckpoint(model, tinyConfig, randomWeights(tinyConfig, 5));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const digestOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

describe('a converter process', () => {
  it('writes the bytes that the command writes, and tells how far it is', async () => {
    const there = path.join(folder, 'there.gguf');
    const here = path.join(folder, 'here.gguf');
    const plan = await inProcess(model, options);
    const own = await ggufConverter(model, options);
    expect(plan.bytes).toBe(own.bytes);
    const told: [done: number, total: number][] = [];
    await plan.write(there, { ...hooks(), progress: (...each) => told.push(each) });
    await own.write(here, hooks());
    expect(await digestOf(there)).toBe(await digestOf(here));
    const [done, total] = told.at(-1) ?? [];
    expect(done).toBe(total);
    expect(told.length).toBeGreaterThan(1);
  });

  it('reports what is wrong with a model as the command does', async () => {
    await expect(inProcess(path.join(folder, 'none'), options)).rejects.toMatchObject({
      code: 'missing-file',
    });
    const own = path.join(folder, 'without-tokenizer');
    await writeTestCheckpoint(own, tinyConfig, randomWeights(tinyConfig, 5));
    await writeFile(path.join(own, 'tokenizer.json'), '{}');
    const theirs = await ggufConverter(own, options).catch((error: unknown) => error);
    await expect(inProcess(own, options)).rejects.toMatchObject({
      message: (theirs as Error).message,
    });
  });

  it('leaves nothing where it is cancelled', async () => {
    const stop = new AbortController();
    const to = path.join(folder, 'cancelled', 'stopped.gguf');
    const large = path.join(folder, 'large');
    const deep = { ...tinyConfig, layers: 24 };
    await writeTestCheckpoint(large, deep, randomWeights(deep, 5));
    await mkdir(path.dirname(to));
    const plan = await inProcess(large, options);
    const writing = plan.write(to, { signal: stop.signal, progress: () => undefined });
    // The job was sent, and what cancels it follows in the same pipe.
    stop.abort();
    await expect(writing).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(path.dirname(to))).toEqual([]);
  });

  it('that dies is reported', async () => {
    const dead = path.join(folder, 'dead.mjs');
    await writeFile(dead, 'process.on("message", () => process.exit(3));');
    await expect(convertingProcesses(dead)(model, options)).rejects.toMatchObject({
      code: 'worker-died',
      message: expect.stringContaining('The converter process ended with exit code 3') as string,
    });
  });
});
