import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { EmbeddedChunk, SearchRequest } from '@graft/graph';
import { mountSmallDisk } from '@graft/kit/testing';
import { buildIndex } from './build-index.ts';
import { openIndex, type LanceIndex } from './search-index.ts';

const folders: string[] = [];
async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'graft-lance-'));
  folders.push(folder);
  return folder;
}
afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

const dimension = 8;
/** Unit vectors on a circle: the nearer in degrees, the more similar. */
function vectorAt(degrees: number): Float32Array {
  const vector = new Float32Array(dimension);
  vector[0] = Math.cos((degrees * Math.PI) / 180);
  vector[1] = Math.sin((degrees * Math.PI) / 180);
  return vector;
}

interface Row {
  readonly id: string;
  readonly path: string;
  readonly text: string;
  readonly degrees: number;
  readonly metadata?: EmbeddedChunk['metadata'];
  readonly context?: string;
}
const corpus: readonly Row[] = [
  { id: 'a', path: 'kilns/large.md', text: 'The large kiln fires overnight.', degrees: 0 },
  { id: 'b', path: 'kilns/small.md', text: 'The small kiln is for tests.', degrees: 10 },
  {
    id: 'c',
    path: 'people/deep/anna.md',
    text: 'Anna runs the glazing room; ask her about firings.',
    degrees: 20,
    metadata: { role: "master's", floor: 2, active: true },
  },
  { id: 'd', path: 'people/ben.md', text: 'Ben sells pots.', degrees: 90, metadata: { floor: 1 } },
  { id: 'e', path: 'prices.md', text: 'A pot costs ten crowns.', degrees: 90 },
];

async function* chunks(rows: readonly Row[]): AsyncIterable<EmbeddedChunk> {
  for (const { id, path, text, degrees, metadata = {}, context } of rows) {
    await Promise.resolve();
    const source = { documentId: path, path, title: id, start: 0, end: text.length };
    yield {
      id,
      text,
      headings: ['Handbook', id],
      ...(context === undefined ? {} : { context }),
      source: { ...source, firstLine: 1, lastLine: 3 },
      metadata,
      vector: vectorAt(degrees),
    };
  }
}

const info = { dimension, embedder: 'circle', embedderDigest: '' };
async function indexOf(
  rows: readonly Row[],
  kind: 'flat' | 'ivf' | 'hnsw' = 'flat',
): Promise<LanceIndex> {
  const folder = await emptyFolder();
  const built = await buildIndex({
    rows: () => chunks(rows),
    dimension,
    folder,
    language: 'en',
    kind,
  });
  expect(built.rows).toBe(rows.length);
  return openIndex(folder, { ...info, rows: built.rows });
}

const request: SearchRequest = {
  mode: 'dense',
  text: 'kiln',
  vector: vectorAt(0),
  k: 3,
  candidates: 10,
  rrf: 60,
  filter: { paths: [], metadata: {} },
};
async function ids(index: LanceIndex, part: Partial<SearchRequest>): Promise<string[]> {
  const hits = await index.search({ ...request, ...part }, new AbortController().signal);
  expect(hits.map(({ rank }) => rank)).toEqual(hits.map((_, at) => at + 1));
  return hits.map(({ chunk }) => chunk.id);
}

describe('an index of chunks', () => {
  it('says what to do where the disk is full', async ({ skip }) => {
    const disk = mountSmallDisk(1);
    if (disk === undefined) return skip('mounting a tmpfs needs root');
    try {
      const rows = Array.from({ length: 4000 }, (_, at) => ({
        ...{ id: `n${at}`, path: 'kilns.md', text: randomBytes(500).toString('hex'), degrees: at },
      }));
      const folder = join(disk.folder, 'index');
      const asked = { rows: () => chunks(rows), dimension, folder, language: 'en' } as const;
      for (const kind of ['flat', 'hnsw'] as const) {
        await expect(buildIndex({ ...asked, kind })).rejects.toMatchObject({
          code: 'no-space',
          message: expect.stringMatching(
            /^The disk of the results has no room for the index.*graft cache gc[^/]*$/,
          ),
        });
        await rm(folder, { recursive: true, force: true });
      }
    } finally {
      disk.unmount();
    }
  });

  it('finds by vector, with cosine similarities, and gives back the whole chunk', async () => {
    const index = await indexOf(corpus);
    const hits = await index.search(request, new AbortController().signal);
    expect(hits.map(({ chunk }) => chunk.id)).toEqual(['a', 'b', 'c']);
    expect(hits[1]?.scores.dense).toBeCloseTo(Math.cos((10 * Math.PI) / 180), 5);
    const [anna] = corpus.filter(({ id }) => id === 'c');
    expect(hits[2]?.chunk).toEqual({
      id: 'c',
      text: anna?.text,
      headings: ['Handbook', 'c'],
      source: {
        documentId: 'people/deep/anna.md',
        path: 'people/deep/anna.md',
        title: 'c',
        start: 0,
        end: anna?.text.length,
        firstLine: 1,
        lastLine: 3,
      },
      metadata: { role: "master's", floor: 2, active: true },
    });
  });

  it.each(['dense', 'bm25', 'hybrid'] as const)(
    'reads no more chunks than it gives: %s',
    async (mode) => {
      const rows = Array.from({ length: 60 }, (_, at) => ({
        ...{ id: `n${at}`, path: 'kilns.md', text: `Kiln ${at}.`, degrees: at },
      }));
      const index = await indexOf(rows);
      const parse = vi.spyOn(JSON, 'parse');
      expect(await ids(index, { mode, text: 'kiln', k: 3, candidates: 40 })).toHaveLength(3);
      const read = parse.mock.calls.filter(([text]) => text.includes('"headings"'));
      parse.mockRestore();
      expect(read).toHaveLength(3);
    },
  );

  it('finds by words, stemmed, without stop words', async () => {
    const index = await indexOf(corpus);
    // The shorter text first.
    expect(await ids(index, { mode: 'bm25', text: 'kilns' })).toEqual(['b', 'a']);
    expect(await ids(index, { mode: 'bm25', text: 'which firing' })).toEqual(['a', 'c']);
    expect(await ids(index, { mode: 'bm25', text: 'the' })).toEqual([]);
  });

  it('finds by the words of a context, and gives the text without it', async () => {
    const rows = corpus.map((row) =>
      row.id === 'e' ? { ...row, context: 'Price list of the shop, valid from spring.' } : row,
    );
    const index = await indexOf(rows);
    const [hit] = await index.search(
      { ...request, mode: 'bm25', text: 'shop prices in spring' },
      new AbortController().signal,
    );
    expect(hit?.chunk).toMatchObject({
      ...{ id: 'e', text: 'A pot costs ten crowns.' },
      context: 'Price list of the shop, valid from spring.',
    });
  });

  it('filters by path and metadata in every mode', async () => {
    const index = await indexOf(corpus);
    for (const mode of ['dense', 'bm25', 'hybrid'] as const) {
      const found = (paths: string[], metadata: Record<string, string>) =>
        ids(index, { mode, text: 'kiln pots firings', filter: { paths, metadata } });
      expect(await found(['people/**'], { floor: '2' }), mode).toEqual(['c']);
      expect(await found([], { floor: '1' }), mode).toEqual(['d']);
      expect(await found(['kilns/large.md'], {}), mode).toEqual(['a']);
      expect(await found(['kilns'], { floor: '1' }), mode).toEqual([]);
    }
  });

  it('fuses both by reciprocal ranks', async () => {
    const index = await indexOf(corpus);
    const hits = await index.search(
      { ...request, mode: 'hybrid', text: 'anna firings', vector: vectorAt(90), k: 5 },
      new AbortController().signal,
    );
    // By vector d, e (equal, by id), c, b, a; by words c, a.
    expect(hits.map(({ chunk }) => chunk.id)).toEqual(['c', 'a', 'd', 'e', 'b']);
    expect(hits[0]?.scores.rrf).toBeCloseTo(1 / 63 + 1 / 61, 10);
    expect(hits[0]?.score).toBe(hits[0]?.scores.rrf);
    expect(hits[2]?.scores.bm25).toBeUndefined();
  });

  it.each(['"', '+kiln -the :', 'a AND (b OR', '', '   ', '😀', "'; drop", 'kiln^2~*?'])(
    'takes any text as words: %j',
    async (text) => {
      const index = await indexOf(corpus);
      for (const mode of ['bm25', 'hybrid'] as const) {
        await expect(ids(index, { mode, text })).resolves.toBeInstanceOf(Array);
      }
    },
  );

  it('filters by path and metadata before it ranks', async () => {
    const index = await indexOf(corpus);
    const filtered = (paths: string[], metadata: Record<string, string> = {}) =>
      ids(index, { k: 1, vector: vectorAt(0), filter: { paths, metadata } });
    expect(await filtered(['people/*.md'])).toEqual(['d']);
    expect(await filtered(['people/**'])).toEqual(['c']);
    expect(await filtered(['people'])).toEqual(['c']);
    expect(await filtered(['prices.md', 'people/ben.md'])).toEqual(['d']);
    expect(await filtered(['nowhere/*'])).toEqual([]);
    expect(await filtered([], { role: "master's" })).toEqual(['c']);
    expect(await filtered([], { floor: '1' })).toEqual(['d']);
    expect(await filtered(['kilns'], { floor: '1' })).toEqual([]);
    expect(
      await ids(index, { mode: 'bm25', filter: { paths: ['kilns/s*'], metadata: {} } }),
    ).toEqual(['b']);
  });

  it('orders equal scores by id', async () => {
    const rows = ['z', 'm', 'q', 'a', 'k'].map((id) => ({
      id,
      path: `${id}.md`,
      text: 'same words',
      degrees: 45,
    }));
    const index = await indexOf(rows);
    expect(await ids(index, { k: 3 })).toEqual(['a', 'k', 'm']);
    expect(await ids(index, { k: 3, mode: 'bm25', text: 'words' })).toEqual(['a', 'k', 'm']);
  });

  it('works empty', async () => {
    const index = await indexOf([], 'hnsw');
    for (const mode of ['dense', 'bm25', 'hybrid'] as const) {
      expect(await ids(index, { mode })).toEqual([]);
    }
  });

  it.each(['ivf', 'hnsw'] as const)('ranks by true distances with %s, too', async (kind) => {
    const rows = Array.from({ length: 2_500 }, (_, at) => ({
      id: String(at).padStart(4, '0'),
      path: 'all.md',
      text: 'words',
      degrees: (at * 360) / 2_500,
    }));
    const index = await indexOf(rows, kind);
    const hits = await index.search(
      { ...request, vector: vectorAt(36) },
      new AbortController().signal,
    );
    expect(hits[0]?.chunk.id).toBe('0250');
    expect(hits[0]?.scores.dense).toBeCloseTo(1, 5);
    // However many are asked for.
    for (const k of [1, 10, 50, 300]) {
      expect(await ids(index, { vector: vectorAt(36), k })).toHaveLength(k);
    }
  });

  it('gives as many as are asked for with ivf, also far from the question', async () => {
    const rows = Array.from({ length: 2_500 }, (_, at) => ({
      id: String(at).padStart(4, '0'),
      path: at >= 1_240 && at < 1_260 ? 'far.md' : 'all.md',
      text: 'words',
      degrees: (at * 360) / 2_500,
    }));
    const index = await indexOf(rows, 'ivf');
    expect(await ids(index, { k: 1_000 })).toHaveLength(1_000);
    const filter = { paths: ['far.md'], metadata: {} };
    expect(await ids(index, { k: 3, filter })).toEqual(['1240', '1241', '1259']);
    expect(await ids(index, { k: 15, filter })).toHaveLength(15);
    const all = await index.search({ ...request, k: 50, filter }, new AbortController().signal);
    expect(all).toHaveLength(20);
    expect(all[0]?.chunk.id).toBe('1240');
    expect(all[0]?.scores.dense).toBeCloseTo(Math.cos((1_240 * 2 * Math.PI) / 2_500), 5);
  });

  it('opens as hard links in read-only folders', async () => {
    const built = await emptyFolder();
    await buildIndex({
      rows: () => chunks(corpus),
      dimension,
      folder: built,
      language: 'en',
      kind: 'flat',
    });
    const laidOut = await emptyFolder();
    const entries = await readdir(built, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const target = join(laidOut, path.slice(built.length));
      await mkdir(dirname(target), { recursive: true });
      await link(path, target);
      await chmod(path, 0o444);
    }
    await chmod(join(laidOut, 'chunks.lance'), 0o555);
    const index = await openIndex(laidOut, { ...info, rows: corpus.length });
    expect(await ids(index, { mode: 'hybrid' })).toEqual(['a', 'b', 'c']);
    await chmod(join(laidOut, 'chunks.lance'), 0o755);
  });

  it('says what is wrong with a vector of another embedder, and with a damaged folder', async () => {
    const index = await indexOf(corpus);
    await expect(
      index.search({ ...request, vector: new Float32Array(3) }, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'facet-mismatch' });
    await expect(openIndex(await emptyFolder(), { ...info, rows: 1 })).rejects.toMatchObject({
      code: 'store-damaged',
    });
    const folder = await emptyFolder();
    await expect(
      buildIndex({
        rows: () => chunks(corpus),
        dimension: 4,
        folder,
        language: 'en',
        kind: 'flat',
      }),
    ).rejects.toMatchObject({ code: 'bad-input' });
    await expect(
      buildIndex({
        rows: () => chunks([]),
        dimension: 4,
        folder,
        language: 'klingon',
        kind: 'flat',
      }),
    ).rejects.toMatchObject({ code: 'bad-param' });
  });
});
