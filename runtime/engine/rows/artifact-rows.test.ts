import {
  Embeddings,
  Index,
  Questions,
  type ArtifactRef,
  type ArtifactStore,
  type EmbeddedChunk,
  type PortType,
} from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { describe, expect, it } from 'vitest';
import { writeArtifact } from './artifact-codec.ts';
import { ArtifactRows } from './artifact-rows.ts';

const artifacts = new MemoryArtifactStore();
const rowsOf = new ArtifactRows(artifacts);

const write = (type: PortType, value: unknown): Promise<ArtifactRef> =>
  writeArtifact(artifacts, { port: 'out', type, value });

const span = { start: 0, end: 8, firstLine: 1, lastLine: 1 };
const embedded = (at: number, width: number): EmbeddedChunk => ({
  ...{ id: `c${String(at)}`, text: `chunk ${String(at)}`, headings: [], metadata: {} },
  source: { documentId: 'd', path: 'd.txt', title: 'D', ...span },
  vector: Float32Array.from({ length: width }, (_, axis) => Math.fround(Math.sin(at + axis))),
});

describe('a page', () => {
  it('holds the rows asked for and the total', async () => {
    const ref = await write(
      Embeddings,
      Array.from({ length: 30 }, (_, i) => embedded(i, 2)),
    );
    const page = await rowsOf.page(ref, 10, 2);
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
    const reader = new ArtifactRows(counted);
    const page = (offset: number) => reader.page(ref, offset, 50);
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
    const reader = new ArtifactRows(counted);
    const page = (offset: number, of: ArtifactRef = ref) => reader.page(of, offset, 2);
    for (const offset of [117, 100, 119]) {
      expect((await page(offset)).rows).toEqual(long.slice(offset, offset + 2));
      expect(bytes()).toBeLessThan(4_000_000);
    }
    // What is said wrongly of an artifact leads astray nobody who says what is right.
    await page(110, { ...ref, count: 121 });
    bytes();
    // Nor does a wrong size make Graft read more than it says.
    expect((await page(110, { ...ref, size: 9_000_000 })).rows).toEqual(long.slice(110, 112));
    expect(bytes()).toBeLessThan(ref.size + 2_000_000);
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
    const pick = (numbers: readonly number[]) => new ArtifactRows(artifacts).pick(ref, numbers);
    const numbers = [19_999, 3, 4, 70, 12_345, 3];
    expect(await pick(numbers)).toEqual(numbers.map((number) => rows[number]));
    expect(await pick([20_000, 5])).toEqual([rows[5]]);
    const vectors = await write(
      Embeddings,
      Array.from({ length: 1_200 }, (_, i) => embedded(i, 2)),
    );
    expect(await rowsOf.pick(vectors, [1_100, 2])).toMatchObject([{ id: 'c1100' }, { id: 'c2' }]);
  });

  it('of vectors here and there takes one reading', async () => {
    const ref = await write(
      Embeddings,
      Array.from({ length: 1_500 }, (_, i) => embedded(i, 2)),
    );
    let readings = 0;
    const counted: ArtifactStore = Object.create(artifacts, {
      get: {
        value: (digest: string) => {
          readings += 1;
          return artifacts.get(digest);
        },
      },
    });
    const numbers = [1_400, 0, 700];
    expect(await new ArtifactRows(counted).pick(ref, numbers)).toMatchObject(
      numbers.map((number) => ({ id: `c${String(number)}` })),
    );
    expect(readings).toBe(1);
  });

  it('passes over vectors before it', async () => {
    const ref = await write(
      Embeddings,
      Array.from({ length: 2_100 }, (_, i) => embedded(i, 2)),
    );
    const { rows: found } = await rowsOf.page(ref, 2_060, 2);
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
    const found = await rowsOf.find(ref, ['q990', 'gone', 'q3']);
    expect(found).toEqual([
      { id: 'q3', question: '?' },
      { id: 'q990', question: '?' },
    ]);
  });

  it('are refused of what has none', async () => {
    const ref = { digest: 'a'.repeat(64), mediaType: Index.mediaType, size: 1 };
    await expect(rowsOf.find(ref, ['x'])).rejects.toMatchObject({ code: 'bad-input' });
  });
});
