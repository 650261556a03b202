import { expect, it } from 'vitest';
import { z } from 'zod';
import { type ItemFamily, vectorSchema } from '@graft/graph';
import { MemoryItemStore } from '@graft/store/testing';
import { memoFamily, StoredMemo } from './item-memo.ts';

const { signal } = new AbortController();
const verified = <Value>(reading: () => Promise<Value>): Promise<Value> => reading();
const lengths = (asked: string[]) => (keys: readonly string[]) => {
  asked.push(...keys);
  return Promise.resolve(keys.map((key) => Float32Array.of(key.length, 0.1)));
};
async function open(items: MemoryItemStore, asked: string[], family = 'f') {
  return new StoredMemo({
    name: 'lengths',
    family: await items.open(family),
    schema: vectorSchema,
    compute: lengths(asked),
    signal,
    verified,
  });
}

it('computes a key once, shortest first, and finds it when opened again', async () => {
  const items = new MemoryItemStore();
  const asked: string[] = [];
  {
    await using memo = await open(items, asked);
    await memo.fill(['ccc', 'a', 'bb', 'a']);
    await memo.fill(['bb', 'dddd']);
    expect(asked).toEqual(['a', 'bb', 'ccc', 'dddd']);
    expect(await memo.get('ccc')).toEqual(Float32Array.of(3, 0.1));
  }
  await using again = await open(items, asked);
  expect(await again.get('dddd')).toEqual(Float32Array.of(4, 0.1));
  expect(asked).toHaveLength(4);
  // Never filled: computed when it is asked for.
  expect(await again.get('eeeee')).toEqual(Float32Array.of(5, 0.1));
  expect(asked).toEqual(['a', 'bb', 'ccc', 'dddd', 'eeeee']);
});

it('computes a damaged value again', async () => {
  const asked: string[] = [];
  const real = await new MemoryItemStore().open('f');
  const damaged: ItemFamily = {
    has: () => true,
    get: () => Promise.resolve(undefined),
    append: (entries) => real.append(entries),
    [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
  };
  await using memo = new StoredMemo({
    name: 'm',
    family: damaged,
    schema: vectorSchema,
    compute: lengths(asked),
    signal,
    verified,
  });
  expect(await memo.get('abc')).toEqual(Float32Array.of(3, 0.1));
  expect(await memo.get('abc')).toEqual(Float32Array.of(3, 0.1));
  expect(asked).toEqual(['abc']);
});

it('keeps JSON too, and computes anew what does not fit', async () => {
  const items = new MemoryItemStore();
  const open = async (schema: z.ZodType, value: unknown) =>
    new StoredMemo({
      ...{ name: 'm', family: await items.open('f'), schema, signal, verified },
      compute: (keys) => Promise.resolve(keys.map(() => value)),
    });
  {
    await using memo = await open(z.object({ text: z.string() }), { text: 'kept' });
    expect(await memo.get('a')).toEqual({ text: 'kept' });
  }
  {
    await using memo = await open(z.object({ text: z.string() }), { text: 'new' });
    expect(await memo.get('a')).toEqual({ text: 'kept' });
  }
  await using memo = await open(z.object({ text: z.string(), cut: z.boolean() }), {
    ...{ text: 'whole', cut: false },
  });
  expect(await memo.get('a')).toEqual({ text: 'whole', cut: false });
});

it('stops between slices, and keeps what it has', async () => {
  const items = new MemoryItemStore();
  const controller = new AbortController();
  const keys = Array.from({ length: 200 }, (_, i) => 'x'.repeat(i + 1));
  const family = await items.open('f');
  let computed = 0;
  const memo = new StoredMemo({
    name: 'lengths',
    family,
    schema: vectorSchema,
    compute: (some) => {
      computed += some.length;
      controller.abort(new Error('stop'));
      return lengths([])(some);
    },
    verified,
    signal: controller.signal,
  });
  await expect(memo.fill(keys)).rejects.toThrow('stop');
  expect(computed).toBe(64);
  const asked: string[] = [];
  await using again = await open(items, asked);
  await again.fill(keys);
  expect(asked).toHaveLength(200 - 64);
});

it('belongs to models, device and implementation, not to parameters and inputs', () => {
  const parts = (change: Record<string, string> = {}) =>
    Object.entries({
      type: 'rerank',
      implementation: '2',
      device: 'cpu',
      'model.embedder': 'd1',
      'param.top': '10',
      'input.hits': 'h',
      ...change,
    }).map(([name, value]) => ({ name, value }));
  const family = memoFamily('m', parts());
  expect(memoFamily('m', parts({ 'param.top': '20', 'input.hits': 'i' }))).toBe(family);
  expect(memoFamily('n', parts())).not.toBe(family);
  expect(memoFamily('m', parts({ 'model.embedder': 'd2' }))).not.toBe(family);
  expect(memoFamily('m', parts({ device: 'cuda' }))).not.toBe(family);
  expect(memoFamily('m', parts({ implementation: '3' }))).not.toBe(family);
});

it('keeps nothing that was computed with other bytes than it was keyed by', async () => {
  const items = new MemoryItemStore();
  const family = await items.open('f');
  await using memo = new StoredMemo({
    ...{ name: 'lengths', family, schema: vectorSchema, compute: lengths([]), signal },
    verified: async (reading) => {
      await reading();
      throw new Error('the model has changed');
    },
  });
  await expect(memo.fill(['a', 'bb'])).rejects.toThrow('the model has changed');
  await using again = await open(items, []);
  const asked: string[] = [];
  again.compute = lengths(asked);
  await again.fill(['a', 'bb']);
  expect(asked).toEqual(['a', 'bb']);
});

it('gives what it has without computing, and takes what is put in its place', async () => {
  const items = new MemoryItemStore();
  const asked: string[] = [];
  {
    await using memo = await open(items, asked);
    expect(await memo.peek('a')).toBeUndefined();
    await memo.put('a', Float32Array.of(7));
    await memo.put('a', Float32Array.of(8));
    expect(await memo.get('a')).toEqual(Float32Array.of(8));
  }
  await using memo = await open(items, asked);
  expect(await memo.peek('a')).toEqual(Float32Array.of(8));
  expect(asked).toEqual([]);
});

it('computes once what is filled twice at once, or got meanwhile, and again what has failed', async () => {
  const items = new MemoryItemStore();
  const asked: string[] = [];
  await using memo = await open(items, asked);
  const many = Array.from({ length: 200 }, (_, at) => 'x'.repeat(at + 1));
  const got = memo.get('first');
  await Promise.all([
    memo.fill([...many, 'first']),
    memo.fill(['own', ...many]),
    memo.get('x'.repeat(200)),
    got,
  ]);
  expect(asked).toHaveLength(new Set(asked).size);
  expect(asked).toHaveLength(202);
  memo.compute = () => Promise.reject(new Error('gone'));
  const fails = await Promise.allSettled([memo.fill(['c']), memo.fill(['c', 'd']), memo.get('c')]);
  expect(fails.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  memo.compute = lengths(asked);
  await memo.fill(['c', 'd']);
  expect(asked.slice(-2).sort()).toEqual(['c', 'd']);
});

it('computes once what is asked for twice at once, and again what has failed', async () => {
  const items = new MemoryItemStore();
  const asked: string[] = [];
  await using memo = await open(items, asked);
  const both = await Promise.all([memo.get('aa'), memo.get('aa'), memo.get('b')]);
  expect(both).toEqual([Float32Array.of(2, 0.1), Float32Array.of(2, 0.1), Float32Array.of(1, 0.1)]);
  expect(asked.sort()).toEqual(['aa', 'b']);
  memo.compute = () => Promise.reject(new Error('gone'));
  const failed = await Promise.allSettled([memo.get('c'), memo.get('c')]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  memo.compute = lengths(asked);
  expect(await memo.get('c')).toEqual(Float32Array.of(1, 0.1));
});
