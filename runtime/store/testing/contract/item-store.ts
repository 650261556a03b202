import { describe, expect, it } from 'vitest';
import type { CollectableItems } from '../../collect-garbage.ts';
import { all, noise, sha256 } from './bytes.ts';

const family = sha256('a family');

/** What every ItemStore of this package does. */
export function itemStoreContract(name: string, make: () => Promise<CollectableItems>): void {
  describe(`${name} as an ItemStore`, () => {
    it('keeps payloads across openings', async () => {
      const store = await make();
      const payloads = Array.from({ length: 50 }, (_, index) => noise(index * 40, index + 1));
      {
        await using items = await store.open(family);
        expect(items.has(sha256('0'))).toBe(false);
        expect(await items.get(sha256('0'))).toBeUndefined();
        await items.append(
          payloads.map((payload, index) => ({ key: sha256(`${index}`), payload })),
        );
        expect(items.has(sha256('7'))).toBe(true);
      }
      await using again = await store.open(family);
      for (const [index, payload] of payloads.entries()) {
        expect(Buffer.from((await again.get(sha256(`${index}`))) ?? 'gone')).toEqual(payload);
      }
      expect(again.has(sha256('50'))).toBe(false);
    });

    it('keeps families apart, and takes keys and families that are no digests', async () => {
      const store = await make();
      await using a = await store.open('family/../a');
      await using b = await store.open('family b');
      await a.append([{ key: 'key', payload: Buffer.from('of a') }]);
      await b.append([{ key: 'key', payload: Buffer.from('of b') }]);
      expect(Buffer.from((await a.get('key')) ?? '').toString()).toBe('of a');
      expect(Buffer.from((await b.get('key')) ?? '').toString()).toBe('of b');
    });

    it('takes several appends at once, from several openings', async () => {
      const store = await make();
      {
        await using one = await store.open(family);
        await using two = await store.open(family);
        await Promise.all(
          Array.from({ length: 40 }, (_, index) =>
            (index % 2 === 0 ? one : two).append([
              { key: sha256(`${index}`), payload: Buffer.from(`payload ${index}`) },
            ]),
          ),
        );
      }
      await using items = await store.open(family);
      for (let index = 0; index < 40; index++) {
        expect(Buffer.from((await items.get(sha256(`${index}`))) ?? '').toString()).toBe(
          `payload ${index}`,
        );
      }
    });

    it('lets a later payload of a key count', async () => {
      const store = await make();
      {
        await using items = await store.open(family);
        await items.append([{ key: 'k', payload: Buffer.from('first') }]);
        await items.append([{ key: 'k', payload: Buffer.from('second') }]);
        expect(Buffer.from((await items.get('k')) ?? '').toString()).toBe('second');
      }
      await using items = await store.open(family);
      expect(Buffer.from((await items.get('k')) ?? '').toString()).toBe('second');
    });

    it('lists families with their sizes and deletes those that nobody appends to', async () => {
      const store = await make();
      const before = Date.now() - 2_000;
      const items = await store.open(family);
      await items.append([{ key: 'k', payload: noise(5_000, 1) }]);
      const [listed, ...others] = await all(store.list());
      expect(others).toEqual([]);
      expect(listed?.family).toBe(family);
      expect(listed?.size).toBeGreaterThanOrEqual(5_000);
      expect(listed?.usedAt).toBeGreaterThan(before);
      expect(await store.delete(family)).toBe(false);
      await items[Symbol.asyncDispose]();
      expect(await store.delete(family)).toBe(true);
      expect(await all(store.list())).toEqual([]);
      await using again = await store.open(family);
      expect(again.has('k')).toBe(false);
    });
  });
}
