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
  type EmbeddedChunk,
  type PortType,
} from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { readInput, writeArtifact } from './artifact-codec.ts';
import { readRows } from './stored-rows.ts';

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
      'Row 2 has a vector of 3 numbers, but earlier rows have 4.',
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
