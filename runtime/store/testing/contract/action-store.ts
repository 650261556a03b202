import { describe, expect, it } from 'vitest';
import type { ActionRecord, ActionStore } from '@graft/graph';
import { all, sha256 } from './bytes.ts';

export function action(key: string, changes: Partial<ActionRecord> = {}): ActionRecord {
  const digest = sha256(`output of ${key}`);
  const outputs = {
    out: { digest, mediaType: 'application/json', size: 12, summary: 'é – 3 "rows"' },
  };
  return { key, nodeType: 'chunk', outputs, ms: 1.25, createdAt: 1_700_000_000_000.5, ...changes };
}

/** What every ActionStore does. */
export function actionStoreContract(name: string, make: () => Promise<ActionStore>): void {
  describe(`${name} as an ActionStore`, () => {
    it('gives back records as they were, and nothing for unknown keys', async () => {
      const store = await make();
      const plain = action('a');
      const counted = action('b', { items: 418, outputs: {} });
      await store.putMany([plain, counted]);
      expect(await store.getMany(['a', 'b', 'c', 'a'])).toEqual(
        new Map([
          ['a', plain],
          ['b', counted],
        ]),
      );
      expect(await store.getMany([])).toEqual(new Map());
      await store.putMany([]);
    });

    it('lets later records replace earlier ones, also within one call', async () => {
      const store = await make();
      await store.putMany([action('a', { items: 3 })]);
      await store.putMany([action('a', { ms: 2 }), action('a', { ms: 3 })]);
      expect((await store.getMany(['a'])).get('a')).toEqual(action('a', { ms: 3 }));
      expect(await all(store.list())).toHaveLength(1);
    });

    it('takes 5,000 records and 200 writers at once', async () => {
      const store = await make();
      const many = Array.from({ length: 5_000 }, (_, index) => action(`many-${index}`));
      const single = Array.from({ length: 200 }, (_, index) => action(`single-${index}`));
      await Promise.all([store.putMany(many), ...single.map((record) => store.putMany([record]))]);
      const found = await store.getMany([...many, ...single].map((record) => record.key));
      expect(found.size).toBe(5_200);
      expect(found.get('many-4999')).toEqual(many[4_999]);
      expect(found.get('single-199')).toEqual(single[199]);
      expect(await all(store.list())).toHaveLength(5_200);
    });

    it('keeps when a record was last used', async () => {
      const store = await make();
      const before = Date.now();
      await store.putMany([action('a')]);
      const [listed] = await all(store.list());
      expect(listed?.usedAt).toBeGreaterThanOrEqual(before);
      expect(listed?.usedAt).toBeLessThanOrEqual(Date.now());
      await store.touch(['a', 'unknown']);
      expect((await all(store.list()))[0]?.usedAt).toBeGreaterThanOrEqual(
        listed?.usedAt ?? Infinity,
      );
    });

    it('deletes', async () => {
      const store = await make();
      await store.putMany([action('a'), action('b'), action('c')]);
      await store.deleteMany(['a', 'c', 'unknown']);
      expect((await all(store.list())).map((record) => record.key)).toEqual(['b']);
    });
  });
}
