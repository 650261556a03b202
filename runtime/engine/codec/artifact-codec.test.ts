import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Chunks,
  Embeddings,
  Index,
  Metrics,
  Questions,
  type ArtifactRef,
  type ArtifactStore,
  type EmbeddedChunk,
  type PortType,
} from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { readInput, readRows, writeArtifact } from './artifact-codec.ts';
import { findRows, pickRows, readPage } from './artifact-page.ts';
import { RowReader } from './row-offsets.ts';

const artifacts = new MemoryArtifactStore();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-codec-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = (type: PortType, value: unknown): Promise<ArtifactRef> =>
  writeArtifact(artifacts, { port: 'out', type, value });

async function rowsOf(ref: ArtifactRef, type: PortType): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of readRows(artifacts, ref, type)) rows.push(row);
  return rows;
}

function chunk(i: number, text = `chunk ${String(i)}`) {
  const span = { start: 0, end: text.length, firstLine: 1, lastLine: 1 };
  const source = { documentId: 'd', path: 'd.txt', title: 'D', ...span };
  return { id: `c${String(i)}`, text, headings: [], source, metadata: {} };
}
const embedded = (i: number, width: number): EmbeddedChunk => ({
  ...chunk(i, `é𝄞 ${String(i)}\n`),
  vector: Float32Array.from({ length: width }, (_, j) => Math.fround(Math.sin(i * width + j))),
});

describe('JSON lines', () => {
  it('come back as they went in, whatever they hold and however they are cut', async () => {
    const question = fc.record({ id: fc.string(), question: fc.string({ unit: 'grapheme' }) });
    await fc.assert(
      fc.asyncProperty(fc.array(question), fc.integer({ min: 1, max: 9 }), async (rows, size) => {
        const ref = await write(Questions, rows);
        const bytes: Uint8Array[] = [];
        for await (const block of artifacts.get(ref.digest)) bytes.push(block);
        const whole = Buffer.concat(bytes);
        async function* cut() {
          for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
        }
        const store = { ...artifacts, get: cut } as unknown as MemoryArtifactStore;
        const read: unknown[] = [];
        for await (const row of readRows(store, ref, Questions)) read.push(row);
        expect(read).toEqual(rows);
        expect(ref.count).toBe(rows.length);
      }),
      { numRuns: 50 },
    );
  });

  it('take rows from an async source and say what they hold', async () => {
    async function* rows() {
      yield { id: 'a', question: 'x' };
      yield { id: 'b', question: 'y' };
    }
    expect(await write(Questions, rows())).toMatchObject({ count: 2, summary: '2 questions' });
    expect(await write(Questions, [])).toMatchObject({ count: 0, size: 0 });
    const row = { series: 'summary', values: { loss: 1 } };
    expect(await write(Metrics, [row])).toMatchObject({ count: 1, summary: '1 metric row' });
    const result = {
      series: 'summary',
      label: 'documents',
      values: { perplexity: 12.3456, loss: 1 },
    };
    const text = { series: 'documents', label: 'a.md', values: { perplexity: 9 } };
    expect(await write(Metrics, [text, result])).toMatchObject({
      count: 2,
      summary: 'perplexity 12.35 (documents)',
    });
  });

  it('refuse a row that does not fit, with its place', async () => {
    const rows = [chunk(1), { ...chunk(2), text: 7 }];
    await expect(write(Chunks, rows)).rejects.toMatchObject({
      code: 'internal',
      location: { port: 'out' },
      message: expect.stringMatching(/^Row 2 does not fit the type chunks: text: /),
    });
  });

  it('of a damaged artifact fail as damaged, not as bad JSON', async () => {
    const ref = await write(Questions, [{ id: 'damaged', question: 'x' }]);
    artifacts.damage(ref.digest);
    await expect(rowsOf(ref, Questions)).rejects.toMatchObject({ code: 'store-damaged' });
  });
});

describe('vectors', () => {
  it('come back bit by bit, over several batches', async () => {
    const rows = Array.from({ length: 2500 }, (_, i) => embedded(i, 5));
    const ref = await write(Embeddings, rows);
    expect(ref).toMatchObject({ count: 2500, summary: '2,500 × 5' });
    expect(await rowsOf(ref, Embeddings)).toEqual(rows);
  });

  it('come back as long as they are where their buffer is filled up', async () => {
    for (const [count, width] of [
      [1, 1],
      [1, 3],
      [7, 3],
    ] as const) {
      const rows = Array.from({ length: count }, (_, i) => embedded(i, width));
      expect(await rowsOf(await write(Embeddings, rows), Embeddings)).toEqual(rows);
    }
  });

  it('are Arrow that other readers take', async () => {
    const ref = await write(Embeddings, [embedded(1, 4), embedded(2, 4)]);
    const bytes: Uint8Array[] = [];
    for await (const block of artifacts.get(ref.digest)) bytes.push(block);
    const table = tableFromIPC(Buffer.concat(bytes));
    expect(table.schema.fields.map(({ name, type }) => `${name}: ${String(type)}`)).toEqual([
      'row: Utf8',
      'vector: FixedSizeList[4]<Float32>',
    ]);
    expect(table.numRows).toBe(2);
  });

  it('are views into their batch, not copies', async () => {
    const ref = await write(Embeddings, [embedded(1, 4), embedded(2, 4)]);
    const [a, b] = (await rowsOf(ref, Embeddings)) as EmbeddedChunk[];
    expect(a?.vector.buffer).toBe(b?.vector.buffer);
  });

  it('may be none', async () => {
    const ref = await write(Embeddings, []);
    expect(ref.summary).toBe('0 × 0');
    expect(await rowsOf(ref, Embeddings)).toEqual([]);
  });

  it('of uneven width are refused', async () => {
    await expect(write(Embeddings, [embedded(1, 4), embedded(2, 3)])).rejects.toThrow(
      'Row 2 has a vector of 3 numbers, those before it have 4.',
    );
  });
});

describe('trees', () => {
  it('come back', async () => {
    const path = join(folder, 'tree');
    await mkdir(path);
    await writeFile(join(path, 'data.bin'), 'x');
    const info = { rows: 3, dimension: 4, embedder: 'e', embedderDigest: 'f' };
    const tree = await write(Index, { path, info });
    expect(tree).toMatchObject({ count: 3, summary: '3 rows' });
    expect(await readInput(artifacts, tree, Index)).toMatchObject({ digest: tree.digest, info });
    const other = join(folder, 'single');
    await mkdir(other);
    const single = await write(Index, { path: other, info: { ...info, rows: 1 } });
    expect(single).toMatchObject({ count: 1, summary: '1 row' });
  });
});

describe('a page', () => {
  it('holds the rows asked for and the total', async () => {
    const ref = await write(
      Embeddings,
      Array.from({ length: 30 }, (_, i) => embedded(i, 2)),
    );
    const page = await readPage(artifacts, ref, { offset: 10, limit: 2 });
    expect(page.total).toBe(30);
    expect(page.rows).toMatchObject([{ id: 'c10' }, { id: 'c11' }]);
    expect(JSON.parse(JSON.stringify(page.rows[0]))).toMatchObject({
      vector: Array.from(embedded(10, 2).vector),
    });
  });
});

/** The store, and how many bytes have been read of it since that was asked last. */
function counting() {
  let read = 0;
  async function* count(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      // As a disk gives them out.
      for (let at = 0; at < chunk.length; at += 4096) {
        const part = chunk.subarray(at, at + 4096);
        read += part.length;
        yield part;
      }
    }
  }
  const counted: ArtifactStore = Object.create(artifacts, {
    get: { value: (digest: string) => count(artifacts.get(digest)) },
    getFrom: { value: (digest: string, at: number) => count(artifacts.getFrom(digest, at)) },
  });
  const bytes = (): number => {
    const since = read;
    read = 0;
    return since;
  };
  return { counted, bytes };
}

describe('a page from within', () => {
  const rows = Array.from({ length: 20_000 }, (_, at) => ({
    id: `q${String(at)}`,
    question: `${'wörd '.repeat(at % 7)}${String(at)}`,
  }));

  it('reads little of what comes before it, once it was passed', async () => {
    const ref = await write(Questions, rows);
    const { counted, bytes } = counting();
    const reader = new RowReader(counted);
    const page = (offset: number) => readPage(counted, ref, { offset, limit: 50, reader });
    expect((await page(19_980)).rows).toEqual(rows.slice(19_980));
    expect(bytes()).toBe(ref.size);
    for (const offset of [0, 63, 64, 65, 10_000, 19_999, 12_345]) {
      bytes();
      expect((await page(offset)).rows).toEqual(rows.slice(offset, offset + 50));
      expect(bytes()).toBeLessThan(16_000);
    }
  });

  it('near the end of a long artifact reads nothing of what is before it', async () => {
    const long = Array.from({ length: 120 }, (_, at) => ({
      ...{ id: `q${String(at)}`, question: `${'ö'.repeat(50_000)}${String(at)}` },
    }));
    const ref = await write(Questions, long);
    const { counted, bytes } = counting();
    const reader = new RowReader(counted);
    const page = (offset: number, of: ArtifactRef = ref) =>
      readPage(counted, of, { offset, limit: 2, reader });
    for (const offset of [117, 100, 119]) {
      expect((await page(offset)).rows).toEqual(long.slice(offset, offset + 2));
      expect(bytes()).toBeLessThan(4_000_000);
    }
    // What is said wrongly of an artifact leads astray nobody who says what is right.
    await page(110, { ...ref, count: 121 });
    bytes();
    for (const offset of [110, 60, 0, 111]) {
      expect((await page(offset)).rows).toEqual(long.slice(offset, offset + 2));
    }
    bytes();
    expect((await page(80)).rows).toEqual(long.slice(80, 82));
    // From the nearest row that was passed.
    expect(bytes()).toBeLessThan(3_000_000);
  });

  it('is made of rows here and there, in the order asked for', async () => {
    const ref = await write(Questions, rows);
    const pick = (numbers: readonly number[]) =>
      pickRows(artifacts, ref, { numbers, reader: new RowReader(artifacts) });
    const numbers = [19_999, 3, 4, 70, 12_345, 3];
    expect(await pick(numbers)).toEqual(numbers.map((number) => rows[number]));
    expect(await pick([20_000, 5])).toEqual([rows[5]]);
    const vectors = await write(
      Embeddings,
      Array.from({ length: 1_200 }, (_, i) => embedded(i, 2)),
    );
    const reader = new RowReader(artifacts);
    expect(await pickRows(artifacts, vectors, { numbers: [1_100, 2], reader })).toMatchObject([
      { id: 'c1100' },
      { id: 'c2' },
    ]);
  });

  it('passes over vectors before it', async () => {
    const ref = await write(
      Embeddings,
      Array.from({ length: 2_100 }, (_, i) => embedded(i, 2)),
    );
    const { rows: found } = await readPage(artifacts, ref, { offset: 2_060, limit: 2 });
    expect(found).toMatchObject([{ id: 'c2060' }, { id: 'c2061' }]);
  });
});

describe('rows by id', () => {
  it('come in the order of the artifact, wherever they are; unknown ids are left out', async () => {
    const rows = Array.from({ length: 1_000 }, (_, at) => ({
      id: `q${String(at)}`,
      question: '?',
    }));
    const ref = await write(Questions, rows);
    const found = await findRows(artifacts, ref, ['q990', 'gone', 'q3']);
    expect(found).toEqual([
      { id: 'q3', question: '?' },
      { id: 'q990', question: '?' },
    ]);
  });

  it('are refused of what has none', async () => {
    const ref = { digest: 'a'.repeat(64), mediaType: Index.mediaType, size: 1 };
    await expect(findRows(artifacts, ref, ['x'])).rejects.toMatchObject({ code: 'bad-input' });
  });
});
