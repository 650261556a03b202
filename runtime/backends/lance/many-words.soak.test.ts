import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EmbeddedChunk } from '@graft/graph';
import { buildIndex } from './build-index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-lance-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const many = 320_000;
const dimension = 8;
const words = (seed: number): string =>
  Array.from(
    { length: 24 },
    (_, at) => `word${String((seed * 7919 + at * at * 31) % 20_011)}`,
  ).join(' ');

async function* rows(): AsyncIterable<EmbeddedChunk> {
  const vector = new Float32Array(dimension).fill(1 / Math.sqrt(dimension));
  for (let seed = 0; seed < many; seed += 1) {
    if (seed % 1_000 === 0) await Promise.resolve();
    const text = words(seed);
    const path = `notes/${String(seed % 100)}.md`;
    const source = { documentId: path, path, title: path, start: 0, end: text.length };
    yield {
      ...{ id: String(seed), text, headings: [], metadata: {}, vector },
      source: { ...source, firstLine: 1, lastLine: 1 },
    };
  }
}

// With as few threads as the library takes on two cores it would never end, from 300,000 rows on.
it('indexes the words of many chunks on any number of cores', async () => {
  const request = { folder, dimension, language: 'English', kind: 'flat' } as const;
  expect(await buildIndex({ ...request, rows })).toEqual({ rows: many, reused: 0 });
});
