import { mkdtemp, readdir, rm, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  GraphError,
  type Backends,
  type SearchIndex,
  type StepSignal,
  vectorSchema,
} from '@graft/graph';
import { numberNode } from '@graft/graph/testing';
import { MemoryArtifactStore, MemoryItemStore } from '@graft/store/testing';
import { createTestHost } from '../testing.ts';
import type { StepHost } from './step-host.ts';
import { createStepContext, type StepContext, openWhole } from './run-context.ts';
import { FilesystemArtifactStore } from '@graft/store/filesystem';

let folder: string;
const signal = new AbortController().signal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-context-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const request = {
  ...{ runId: 'run', node: 'train', type: 'train', params: {}, inputs: {}, sources: [] },
  ...{ inputFacets: {}, cacheKey: 'key', familyParts: [], device: 'cpu', lane: 'light' as const },
};

/** A step with the cache key `key`, as a process that uses this state folder has it. */
async function step(
  abort = signal,
  items = new MemoryItemStore(),
  {
    report,
    ...backends
  }: Partial<Backends> & { readonly report?: (said: StepSignal) => void } = {},
): Promise<StepContext> {
  const stores = { artifacts: new MemoryArtifactStore(), items };
  const bare = createTestHost({ ...stores, scratchFolder: join(folder, 'scratch') }, new Map());
  const host: StepHost = {
    ...bare,
    async services(asked) {
      const services = await bare.services(asked);
      return { ...services, backends: { ...services.backends, ...backends } };
    },
  };
  return createStepContext(host, request, {
    signal: abort,
    report: report ?? (() => undefined),
    definition: { ...numberNode, engines: ['lance'] },
  });
}

it('gives checkpoints to one owner at a time', async () => {
  const first = await step();
  const second = await step();
  const path = await first.ctx.checkpoints();
  let got = false;
  const waiting = second.ctx.checkpoints().then((same) => {
    got = true;
    return same;
  });
  await wait(100);
  expect(got).toBe(false);
  await first[Symbol.asyncDispose]();
  expect(await waiting).toBe(path);
  await second.stored();
  await second[Symbol.asyncDispose]();
});

it('says that it waits for a cancelled training that still saves, and gives its room to others meanwhile', async () => {
  const said: StepSignal[] = [];
  const first = await step();
  await first.ctx.checkpoints();
  await using second = await step(signal, undefined, { report: (one) => said.push(one) });
  const waiting = second.ctx.checkpoints();
  await expect.poll(() => said).toHaveLength(2);
  expect(said).toEqual([
    { type: 'waiting', waiting: true },
    expect.objectContaining({
      ...{ type: 'log', level: 'warning' },
      message: expect.stringMatching(/still saving its checkpoint.* waits for it/),
    }),
  ]);
  await first[Symbol.asyncDispose]();
  await waiting;
  expect(said.at(-1)).toEqual({ type: 'waiting', waiting: false });
});

it('waits for checkpoints no longer than the step is wanted', async () => {
  await using first = await step();
  await first.ctx.checkpoints();
  const controller = new AbortController();
  await using second = await step(controller.signal);
  const waiting = second.ctx.checkpoints();
  await wait(30);
  controller.abort();
  await expect(waiting).rejects.toThrow();
});

it('names its scratch for the process, and removes it', async () => {
  const one = await step();
  await one.ctx.scratch();
  const [name] = await readdir(join(folder, 'scratch'));
  expect(name).toMatch(new RegExp(`^${String(process.pid)}-\\d+@[\\da-f.]+-step-`));
  await one[Symbol.asyncDispose]();
  expect(await readdir(join(folder, 'scratch'))).toEqual([]);
});

it('clears up all the same where its memo could not be opened', async () => {
  const items = new MemoryItemStore();
  const full = new GraphError('no-space', 'The disk is full.');
  items.open = () => Promise.reject(full);
  const failed = await step(signal, items);
  await failed.ctx.scratch();
  await failed.ctx.checkpoints();
  await expect(failed.ctx.memo('vectors', vectorSchema, () => Promise.resolve([]))).rejects.toBe(
    full,
  );
  await failed[Symbol.asyncDispose]();
  expect(await readdir(join(folder, 'scratch'))).toEqual([]);
  await using next = await step();
  await next.ctx.checkpoints();
});

it('says that the step waits as long as a download goes on', async () => {
  const said: StepSignal[] = [];
  let waiting = (_: boolean): void => undefined;
  const bare = createTestHost({
    ...{ artifacts: new MemoryArtifactStore(), items: new MemoryItemStore() },
    scratchFolder: folder,
  });
  const host: StepHost = {
    ...bare,
    services(asked) {
      ({ waiting } = asked);
      return bare.services(asked);
    },
  };
  const hooks = { signal, report: (one: StepSignal) => said.push(one), definition: numberNode };
  await using _one = await createStepContext(host, request, hooks);
  for (const on of [true, true, false, true, false, false]) waiting(on);
  expect(said).toEqual([
    { type: 'waiting', waiting: true },
    { type: 'waiting', waiting: false },
  ]);
});

it('opens an index once for all its batches, and closes it in the end', async () => {
  const log: string[] = [];
  const info = { rows: 1, dimension: 2, embedder: 'e', embedderDigest: 'd' };
  const index = (at: string): SearchIndex => ({
    info,
    search: () => Promise.resolve([]),
    [Symbol.dispose]: () => log.push(`closed ${at}`),
  });
  let fails = true;
  const opener = await step(signal, new MemoryItemStore(), {
    openIndex(at) {
      log.push(`opened ${at}`);
      if (at !== 'torn' || !fails) return Promise.resolve(index(at));
      fails = false;
      return Promise.reject(new Error('torn'));
    },
  });
  const { openIndex } = opener.ctx.backends;
  const [first, second] = await Promise.all([openIndex('a', info), openIndex('a', info)]);
  expect(await openIndex('a', info)).toBe(first);
  expect(second).toBe(first);
  await openIndex('b', info);
  await expect(openIndex('torn', info)).rejects.toThrow('torn');
  expect(log).toEqual(['opened a', 'opened b', 'opened torn']);
  await opener[Symbol.asyncDispose]();
  expect(log.slice(3).sort()).toEqual(['closed a', 'closed b']);
});

it('stores the checkpoints of a training, but not the last one of a cancelled training', async () => {
  const artifacts = await FilesystemArtifactStore.open(join(folder, 'store'));
  const host: StepHost = {
    ...createTestHost({
      ...{ artifacts, items: new MemoryItemStore(), scratchFolder: join(folder, 'scratch') },
    }),
    storesCheckpoints: true,
  };
  const controller = new AbortController();
  const signals: StepSignal[] = [];
  const context = await createStepContext(host, request, {
    ...{ signal: controller.signal, definition: numberNode },
    report: (each) => signals.push(each),
  });
  const stored = () =>
    signals.flatMap((each) => (each.type === 'stored-checkpoint' ? [each.checkpoint] : []));
  const at = await context.ctx.checkpoints();
  await mkdir(join(at, 'run'));
  await writeFile(join(at, 'memory-limit.json'), '{"memory":1}');
  await writeFile(join(at, 'run', 'step-4'), 'four');
  context.ctx.checkpoint({ state: 'saved', step: 4 });
  await expect.poll(stored).toHaveLength(1);
  const tree = await artifacts.openTree(stored()[0]?.digest ?? '');
  // The limit is that of this machine's memory.
  expect(await readdir(tree)).toEqual(['run']);
  controller.abort();
  await writeFile(join(at, 'run', 'step-5'), 'five');
  context.ctx.checkpoint({ state: 'saved', step: 5 });
  await context[Symbol.asyncDispose]();
  expect(stored().map(({ step }) => step)).toEqual([4]);
});

it('waits for no checkpoints of its own', async () => {
  await using one = await step();
  const [first, second] = await Promise.all([one.ctx.checkpoints(), one.ctx.checkpoints()]);
  expect(first).toBe(second);
});

it('opens a tree that is whole, and none that was damaged after it was laid out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-whole-'));
  const { signal } = new AbortController();
  try {
    const store = await FilesystemArtifactStore.open(join(folder, 'store'));
    await mkdir(join(folder, 'tree/deep'), { recursive: true });
    await writeFile(join(folder, 'tree/a'), 'a');
    await writeFile(join(folder, 'tree/deep/b'), 'right');
    const { digest } = await store.putTree(join(folder, 'tree'));
    const laidOut = await openWhole(store, digest, signal);
    expect(await readFile(join(laidOut, 'deep/b'), 'utf8')).toBe('right');
    await chmod(join(laidOut, 'deep/b'), 0o644);
    await writeFile(join(laidOut, 'deep/b'), 'wrong');
    // By its size it is what it was.
    expect(await store.openTree(digest)).toBe(laidOut);
    await expect(openWhole(store, digest, signal)).rejects.toMatchObject({ code: 'store-damaged' });
    // It is made again where it is needed.
    await expect(store.openTree(digest)).rejects.toMatchObject({ code: 'store-damaged' });
  } finally {
    await chmod(join(folder, 'store/trees'), 0o755);
    await rm(folder, { recursive: true, force: true });
  }
});
