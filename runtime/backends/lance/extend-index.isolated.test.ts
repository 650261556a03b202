import { createHash } from 'node:crypto';
import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type {
  BuildIndexRequest,
  BuiltIndex,
  EmbeddedChunk,
  Hit,
  SearchRequest,
} from '@graft/graph';
import { buildIndex } from './build-index.ts';
import { openIndex } from './search-index.ts';

const folders: string[] = [];
async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'graft-extend-'));
  folders.push(folder);
  return folder;
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const dimension = 16;
const words = 'kiln glaze clay wheel fire pot slip ash cone bat rib wax'.split(' ');

/** Numbers from 0 to 1 that look like chance and are the same for a seed. */
function* chance(seed: number): Generator<number, never> {
  for (let state = seed * 2_654_435_761 + 1; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function vectorOf(seed: number): Float32Array {
  const numbers = chance(seed);
  const vector = Float32Array.from({ length: dimension }, () => numbers.next().value - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function chunkOf(seed: number, id = `note-${String(seed)}`): EmbeddedChunk {
  const numbers = chance(seed + 7_919);
  const text = Array.from(
    { length: 6 + (seed % 9) },
    () => words[Math.floor(numbers.next().value * words.length)],
  ).join(' ');
  const source = { documentId: id, path: `${id}.md`, title: id, start: 0, end: text.length };
  return {
    ...{ id, text, headings: [], metadata: { seed }, vector: vectorOf(seed) },
    source: { ...source, firstLine: 1, lastLine: 1 },
  };
}

const chunksOf = (seeds: readonly number[]): EmbeddedChunk[] => seeds.map((seed) => chunkOf(seed));
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, at) => from + at);

async function* streamed(chunks: readonly EmbeddedChunk[]): AsyncGenerator<EmbeddedChunk> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

interface Index extends BuiltIndex {
  readonly folder: string;
}

async function built(
  chunks: readonly EmbeddedChunk[],
  rest: Partial<Pick<BuildIndexRequest, 'kind' | 'previous' | 'language'>> = {},
): Promise<Index> {
  const folder = await emptyFolder();
  const request = {
    rows: () => streamed(chunks),
    dimension,
    language: 'en',
    kind: 'hnsw',
  } as const;
  return { folder, ...(await buildIndex({ ...request, ...rest, folder })) };
}

const asked: SearchRequest = {
  ...{ mode: 'dense', text: 'kiln ash', k: 10, candidates: 20, rrf: 60 },
  ...{ vector: vectorOf(-1), filter: { paths: [], metadata: {} } },
};

async function hitsOf(
  { folder, rows }: Index,
  requests: readonly Partial<SearchRequest>[],
): Promise<Hit[][]> {
  using index = await openIndex(folder, { dimension, rows, embedder: 'e', embedderDigest: '' });
  const hits: Hit[][] = [];
  for (const request of requests) {
    hits.push(await index.search({ ...asked, ...request }, new AbortController().signal));
  }
  return hits;
}

/** By path, the sha256 of each file. */
async function digestsOf(folder: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    digests[path] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return digests;
}

const dense = range(0, 40).map((at) => ({ vector: vectorOf(1_000_000 + at) }));
const byWords = words.map((word, at) => ({
  ...{ mode: 'bm25' as const, text: `${word} ${words[(at * 5 + 1) % words.length] ?? ''}` },
}));

/** Share of the nearest ten, told by comparing all, that an index finds. */
async function recall(index: Index, chunks: readonly EmbeddedChunk[]): Promise<number> {
  const found = await hitsOf(index, dense);
  const shares = dense.map(({ vector }, at) => {
    const dots = chunks.map((chunk) =>
      vector.reduce((sum, x, i) => sum + x * (chunk.vector[i] ?? 0), 0),
    );
    const tenth = [...dots].sort((a, b) => b - a)[9] ?? 1;
    return (found[at] ?? []).filter(({ score }) => score > tenth - 1e-5).length / 10;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

describe('an index that is made of the one before', () => {
  const before = chunksOf(range(0, 2_100));
  /** Of the 2,100, 40 have gone, 30 are others by now, and 50 are new. */
  const after = [
    ...chunksOf(range(10_000, 10_050)),
    ...before.slice(40).map((chunk, at) => (at < 30 ? chunkOf(20_000 + at, chunk.id) : chunk)),
  ];

  it('finds what one that is built whole finds', async () => {
    const base = await built(before);
    const extended = await built(after, { previous: base.folder });
    expect(extended).toMatchObject({ rows: 2_110, reused: 2_030 });
    const whole = await built(after);
    expect(whole.reused).toBe(0);
    // Words exactly: which chunks, in which order, with which scores.
    expect(await hitsOf(extended, byWords)).toEqual(await hitsOf(whole, byWords));
    expect(await recall(extended, after)).toBeGreaterThanOrEqual(0.99);
    // What has come, and nothing of what has gone.
    const [news, old, changed] = await hitsOf(extended, [
      { vector: vectorOf(10_007), k: 1 },
      { vector: vectorOf(7), k: 1 },
      { vector: vectorOf(20_003), k: 1 },
    ]);
    expect(news?.[0]?.chunk.id).toBe('note-10007');
    expect(old?.[0]?.chunk.id).not.toBe('note-7');
    expect(changed?.[0]?.chunk).toMatchObject({ id: 'note-43', metadata: { seed: 20_003 } });
  });

  it('leaves the one before as it was, also where that is read-only', async () => {
    const base = await built(before);
    const first = await digestsOf(base.folder);
    const hits = await hitsOf(base, [...dense, ...byWords]);
    for (const path of Object.keys(first)) await chmod(path, 0o444);
    await chmod(join(base.folder, 'chunks.lance'), 0o555);
    const extended = await built(after, { previous: base.folder });
    expect(extended.reused).toBe(2_030);
    await hitsOf(extended, [{ mode: 'hybrid' }]);
    expect(await digestsOf(base.folder)).toEqual(first);
    expect(await hitsOf(base, [...dense, ...byWords])).toEqual(hits);
    await chmod(join(base.folder, 'chunks.lance'), 0o755);
  });

  it('stays one graph beside the base however often it is made, and is made anew at last', async () => {
    let index = await built(before);
    const counts = new Set<number>();
    // Up to 210 of 2,100 may come and go.
    for (const [changed, reused] of [
      [1, 2_099],
      [2, 2_098],
      [200, 1_900],
      [211, 0],
    ] as const) {
      const chunks = chunksOf(range(changed, 2_100 + changed));
      const next = await built(chunks, { previous: index.folder });
      expect(next).toMatchObject({ rows: 2_100, reused });
      expect(await recall(next, chunks)).toBeGreaterThanOrEqual(0.99);
      await rm(index.folder, { recursive: true });
      index = next;
      if (reused > 0) counts.add(Object.keys(await digestsOf(index.folder)).length);
    }
    expect(counts.size).toBe(1);
  });

  it('is built whole where that is of another kind, width or none at all', async () => {
    const flat = await built(before, { kind: 'flat' });
    const grouped = await built(before, { kind: 'ivf' });
    const empty = await emptyFolder();
    const torn = await emptyFolder();
    await writeFile(join(torn, 'base.json'), JSON.stringify({ files: ['../../etc/passwd'] }));
    const unreadable = await emptyFolder();
    await writeFile(join(unreadable, 'base.json'), '{"files": 3');
    for (const previous of [flat.folder, grouped.folder, empty, torn, unreadable]) {
      expect(await built(before, { previous })).toMatchObject({ rows: 2_100, reused: 0 });
    }
    const base = await built(before);
    const wider = before.map((chunk) => ({
      ...chunk,
      vector: Float32Array.of(...chunk.vector, 1),
    }));
    const folder = await emptyFolder();
    const request = { rows: () => streamed(wider), folder, previous: base.folder } as const;
    expect(
      await buildIndex({ ...request, dimension: dimension + 1, language: 'en', kind: 'hnsw' }),
    ).toEqual({ rows: 2_100, reused: 0 });
  });

  it('is built whole where that is damaged, or is taken away meanwhile', async () => {
    const base = await built(before);
    // What is read at first, and what the graph is read from.
    for (const damaged of [/data\/.*\.lance$/, /\.idx$/]) {
      const folder = await emptyFolder();
      await cp(base.folder, folder, { recursive: true });
      const files = Object.keys(await digestsOf(folder)).filter((path) => damaged.test(path));
      expect(files.length).toBeGreaterThan(0);
      for (const path of files) {
        await writeFile(path, new Uint8Array((await readFile(path)).byteLength));
      }
      const after = chunksOf(range(5, 2_105));
      const next = await built(after, { previous: folder });
      expect(next, String(damaged)).toMatchObject({ rows: 2_100, reused: 0 });
      expect(await recall(next, after)).toBeGreaterThanOrEqual(0.99);
    }
    const gone = join(await emptyFolder(), 'gone');
    expect(await built(before, { previous: gone })).toMatchObject({ rows: 2_100, reused: 0 });
  });

  it('fails with what its chunks fail with', async () => {
    const base = await built(before);
    const folder = await emptyFolder();
    const failing = async function* (): AsyncGenerator<EmbeddedChunk> {
      yield* streamed(before.slice(0, 9));
      throw new RangeError('the chunks end here');
    };
    const request = { folder, dimension, language: 'none', kind: 'hnsw' } as const;
    let begun = 0;
    const rows = (): AsyncGenerator<EmbeddedChunk> => {
      begun += 1;
      return failing();
    };
    await expect(buildIndex({ ...request, rows, previous: base.folder })).rejects.toThrow(
      'the chunks end here',
    );
    expect(begun).toBe(1);
  });

  it('has the words by the language that is asked for now', async () => {
    const base = await built(before, { language: 'none' });
    const extended = await built(before, { previous: base.folder });
    expect(extended.reused).toBe(2_100);
    const stemmed = { mode: 'bm25' as const, text: 'kilns' };
    const [without, within] = await Promise.all([
      hitsOf(base, [stemmed]),
      hitsOf(extended, [stemmed]),
    ]);
    expect(without[0]).toEqual([]);
    expect(within[0]).toHaveLength(10);
  });

  it('holds equal chunks as often as they came', async () => {
    const twice = [...before, chunkOf(3), chunkOf(3)];
    const base = await built(twice);
    const one = await built([...before, chunkOf(3)], { previous: base.folder });
    expect(one).toMatchObject({ rows: 2_101, reused: 2_101 });
    // By words, whose index is exact.
    const filter = { paths: ['note-3.md'], metadata: {} };
    const hits = await hitsOf(one, [{ mode: 'bm25', text: chunkOf(3).text, filter }]);
    expect(hits[0]?.map(({ chunk }) => chunk.id)).toEqual(['note-3', 'note-3']);
    const four = await built([...twice, chunkOf(3)], { previous: one.folder });
    expect(four).toMatchObject({ rows: 2_103, reused: 2_102 });
  });

  it('takes what only left, and says what is wrong with a chunk', async () => {
    const base = await built(before);
    const fewer = await built(before.slice(60), { previous: base.folder });
    expect(fewer).toMatchObject({ rows: 2_040, reused: 2_040 });
    expect(await recall(fewer, before.slice(60))).toBeGreaterThanOrEqual(0.99);
    const narrow = { ...chunkOf(9_999), vector: Float32Array.of(1) };
    await expect(built([...before, narrow], { previous: base.folder })).rejects.toMatchObject({
      code: 'bad-input',
    });
  });
});
