import { chmod, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Questions,
  type ArtifactRef,
  type Question,
  type StepRequest,
  type StepResult,
} from '@graft/graph';
import { FilesystemArtifactStore } from '@graft/store/filesystem';
import { MemoryArtifactStore, MemoryItemStore } from '@graft/store/testing';
import { expect, it } from 'vitest';
import { writeArtifact } from '../rows/index.ts';
import { runStep } from '../step/run-step.ts';
import { createTestHost } from '../testing.ts';
import { handItems, takeItems, type HandedItem } from './handed-items.ts';

async function* each(items: readonly HandedItem[]): AsyncGenerator<HandedItem> {
  for (const item of items) yield await Promise.resolve(item);
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const everything = (): boolean => true;

it('handed items are stored as if they had been computed here, with their failures', async () => {
  const artifacts = new MemoryArtifactStore();
  const family = await new MemoryItemStore().open('f');
  const ref = await handItems(
    artifacts,
    each([
      { key: 'a', payload: bytes('A'), isComputed: true },
      { key: 'b', failure: 'no' },
      { key: 'c', payload: bytes(''), isComputed: false },
      { key: 'd', payload: bytes('D'), isComputed: true },
    ]),
  );
  const warn = (message: string): never => expect.fail(message);
  const isMeant = (key: string): boolean => key !== 'd';
  const known = await takeItems(artifacts, [ref], { family, isMeant, warn });
  expect(known).toEqual({
    computed: new Set(['a']),
    keys: new Set(['a', 'b', 'c']),
    failures: new Map([['b', 'no']]),
  });
  expect(await family.get('a')).toEqual(bytes('A'));
  expect(await family.get('c')).toEqual(bytes(''));
  expect(family.has('d')).toBe(false);
});

it('items that are gone or damaged are computed again', async () => {
  const artifacts = new MemoryArtifactStore();
  const family = await new MemoryItemStore().open('f');
  const refOf = (stored: { digest: string; size: number }): ArtifactRef => ({
    ...{ ...stored, mediaType: '' },
  });
  const gone = refOf({ digest: '0'.repeat(64), size: 1 });
  const cut = refOf(await artifacts.put([bytes('\x09\0\0\0{"key"')]));
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const known = await takeItems(artifacts, [gone, cut], { family, isMeant: everything, warn });
  expect(known.keys.size).toBe(0);
  expect(warnings).toHaveLength(2);
});

it('shards on hosts of their own and the step after them give what the step alone gives', async () => {
  const artifacts = new MemoryArtifactStore();
  const texts = ['a', 'b', 'fail', 'c', 'a', 'd', 'e', 'f'];
  const rows = texts.map((question, i): Question => ({ id: String(i), question }));
  const input = await writeArtifact(artifacts, { port: 'rows', type: Questions, value: rows });
  const logs: string[] = [];
  const run = (more: Partial<StepRequest> = {}): Promise<StepResult> =>
    runStep(
      createTestHost({ artifacts, items: new MemoryItemStore(), scratchFolder: '/nowhere' }),
      {
        ...{ runId: 'r', node: 'u', type: 'upper', lane: 'light', params: { suffix: '' } },
        ...{ inputs: { rows: [input] }, sources: [], inputFacets: {}, cacheKey: 'k' },
        ...{ familyParts: [], device: 'cpu', ...more },
      },
      {
        signal: new AbortController().signal,
        report: (signal) => {
          if (signal.type === 'log') logs.push(signal.message);
        },
      },
    );
  const alone = await run();
  logs.length = 0;
  const shard = { of: 'k', name: 'a part' };
  const parts = [
    await run({ shard: { ...shard, from: 0, to: 0.5 } }),
    await run({ shard: { ...shard, from: 0.5, to: 1 } }),
  ];
  const handed = parts.flatMap(({ outputs }) => outputs['items'] ?? []);
  expect(handed.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(new Set(texts).size);
  expect(await run({ handed })).toEqual(alone);
  // The shard has logged the failure already.
  expect(logs).toHaveLength(1);
});

it('stores nothing of handed items of which some are damaged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-handed-'));
  const artifacts = await FilesystemArtifactStore.open(folder);
  const family = await new MemoryItemStore().open('f');
  const payload = Buffer.alloc(100_000, 'A');
  const items = Array.from({ length: 60 }, (_, at) => ({
    ...{ key: `key-${String(at)}`, payload, isComputed: true },
  }));
  const ref = await handItems(artifacts, each(items));
  const path = join(folder, 'sha256', ref.digest.slice(0, 2), ref.digest);
  await chmod(path, 0o600);
  const file = await open(path, 'r+');
  await file.write('B', 500);
  await file.close();
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const known = await takeItems(artifacts, [ref], { family, isMeant: everything, warn });
  expect(warnings).toHaveLength(1);
  expect(known.keys.size).toBe(0);
  expect(items.filter(({ key }) => family.has(key))).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

it('ends the reading of handed items that cannot be stored', async () => {
  const stored = new MemoryArtifactStore();
  const ref = await handItems(stored, each([{ key: 'a', failure: 'no' }]));
  let isOpen = false;
  const artifacts = {
    async *get(digest: string) {
      isOpen = true;
      try {
        for (;;) yield* stored.get(digest);
      } finally {
        isOpen = false;
      }
    },
  };
  const refused = new Error('refused');
  const isMeant = (): never => {
    throw refused;
  };
  const warn = (message: string): never => expect.fail(message);
  await expect(takeItems(artifacts, [ref], { isMeant, warn })).rejects.toThrow(refused);
  expect(isOpen).toBe(false);
});
