import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  Documents,
  Questions,
  rowHolds,
  type ArtifactStore,
  type Document,
  type PortType,
} from '@graft/graph';
import { FilesystemArtifactStore } from '@graft/store/filesystem';
import { MemoryArtifactStore } from '@graft/store/testing';
import { writeArtifact } from './artifact-codec.ts';
import { ArtifactRows } from './artifact-rows.ts';
import type { RowSearch } from './search-rows.ts';

const artifacts = new MemoryArtifactStore();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-search-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = (type: PortType, value: readonly object[]) =>
  writeArtifact(artifacts, { port: 'out', type, value });

/** The store, as a disk that gives out so many bytes at a time. */
function inParts(size: number): ArtifactStore {
  async function* parts(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
    }
  }
  return Object.create(artifacts, {
    get: { value: (digest: string) => parts(artifacts.get(digest)) },
    getFrom: { value: (digest: string, at: number) => parts(artifacts.getFrom(digest, at)) },
  });
}

const all = { limit: 1_000, patience: { some: 60_000, none: 60_000 } };

describe('a search', () => {
  const rows = Array.from({ length: 5_000 }, (_, at) => ({
    id: `q${String(at)}`,
    question: at % 1_000 === 7 ? 'Wer "brennt" den Öfen?\n' : 'nothing',
    reference: String(at),
  }));
  const search = async (
    text: string,
    options: Partial<RowSearch> = {},
    store: ArtifactStore = artifacts,
  ) => new ArtifactRows(store).search(await write(Questions, rows), { ...all, text, ...options });

  it.each([
    ['"BRENNT" den öfen', [7, 1007, 2007, 3007, 4007]],
    ['Q4999', [4999]],
    // Letters of several bytes alone.
    ['ÖÖ', []],
    ['ö', [7, 1007, 2007, 3007, 4007]],
    // A name of a field, and how JSON writes a line end, are no text of the row.
    ['reference', []],
    ['\\n', []],
  ])('finds %s in all rows', async (text, found) => {
    expect(await search(text)).toEqual({ rows: found, searched: 5_000, complete: true });
  });

  it('stops where there are too many, and says so', async () => {
    const first = await search('nothing', { limit: 3 });
    expect(first).toEqual({ rows: [0, 1, 2], searched: 3, complete: false });
    // And goes on from there.
    const next = await search('nothing', { limit: 5, from: first.searched });
    expect(next).toEqual({ rows: [3, 4, 5, 6, 8], searched: 9, complete: false });
    expect(await search('q', { limit: 9, from: 4_998 })).toMatchObject({ rows: [4_998, 4_999] });
  });

  it('tells the first that it finds at once, and goes on while there are none', async () => {
    const patience = { some: 0, none: 60_000 };
    const { rows: found, complete } = await search('q3007', { patience }, inParts(4_096));
    expect({ found, complete }).toEqual({ found: [3_007], complete: false });
    expect(await search('absent', { patience }, inParts(4_096))).toMatchObject({ complete: true });
  });

  it('never ends before the row that it was to begin at', async () => {
    const patience = { some: 0, none: 0 };
    const early = await search('q', { from: 4_000, patience }, inParts(4_096));
    expect(early).toEqual({ rows: [], searched: 4_000, complete: false });
  });

  it('stops where nobody waits for it any more', async () => {
    const left = await search('absent', { signal: AbortSignal.abort() }, inParts(4_096));
    expect(left.complete).toBe(false);
    expect(left.searched).toBeLessThan(100);
  });

  it('finds out that a row which cannot be read is damaged', async () => {
    const store = await FilesystemArtifactStore.open(folder);
    const long = rows.map((row) => ({ ...row, question: 'q'.repeat(300) }));
    const ref = await writeArtifact(store, { port: 'out', type: Questions, value: long });
    const file = await open(join(folder, 'sha256', ref.digest.slice(0, 2), ref.digest), 'r+');
    await file.write('no JSON', 3);
    await file.close();
    const damaged = new ArtifactRows(store);
    await expect(damaged.search(ref, { ...all, text: 'qqq' })).rejects.toMatchObject({
      code: 'store-damaged',
    });
  });
});

it('finds a text wherever it lies in a long row', async () => {
  const needle = 'Ein Reiher im Schilf';
  const places = Array.from({ length: 24 }, (_, at) => 32_550 + 10 * at);
  for (const place of places) {
    const ref = await write(Questions, [
      { id: 'a', question: `${'x'.repeat(place)}${needle}${'x'.repeat(place)}` },
      { id: 'b', question: 'x'.repeat(place) },
      { id: 'c', question: needle },
    ]);
    const found = await new ArtifactRows(artifacts).search(ref, { ...all, text: needle });
    expect(found).toEqual({ rows: [0, 2], searched: 3, complete: true });
  }
});

it('finds a number, whatever is called the field after it', async () => {
  const document = { id: 'a', path: 'a', mediaType: 'text/plain', title: '', text: '' };
  const metadata = { size: 17, ':after': 0 };
  const ref = await write(Documents, [{ ...document, offset: 0, line: 1, metadata }]);
  expect(await new ArtifactRows(artifacts).search(ref, { ...all, text: '17' })).toMatchObject({
    rows: [0],
  });
});

/** Characters that are written otherwise in JSON, or have other bytes, or another number of them, in another case. */
const characters = [
  ...['"', '\\', '\n', '\u0001', ':', ',', '{', '[', '/', 'a', 'B', 'n', 'u', '0', '1', 'e', ' '],
  ...['i', 'I', 'İ', 'ı', '\u0307', 'k', 'K', 'K', 's', 'ß', 'ẞ', 'σ', 'ς', 'Σ', 'å', 'Å', 'Å'],
  ...['é', 'É', '\u0301', 'ɫ', 'Ɫ', 'ǆ', 'ǅ', '😀', '𐐀', '𐐨', '模', '\ud83d', '\ude00'],
];
const word = fc
  .array(fc.constantFrom(...characters), { maxLength: 8 })
  .map((parts) => parts.join(''));
const documents: fc.Arbitrary<Document[]> = fc.array(
  fc.record({
    ...{ id: word, path: word, mediaType: fc.constant('text/plain'), title: word, text: word },
    ...{ offset: fc.integer(), line: fc.nat(200) },
    metadata: fc.dictionary(
      word,
      fc.oneof(word, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
      { maxKeys: 3, noNullPrototype: true },
    ),
  }),
  { minLength: 1, maxLength: 12 },
);

/** What may be looked for in some rows: part of a text, name or number of theirs, or of how they are written. */
const wantedIn = (rows: readonly Document[]): fc.Arbitrary<string> => {
  const texts = rows.flatMap((row) => [
    ...Object.values({ ...row, ...row.metadata }).map(String),
    ...Object.keys(row.metadata),
    JSON.stringify(row),
  ]);
  const part = fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.integer({ min: 1, max: 5 }))
    .map(([text, at, length]) => {
      const start = at % Math.max(1, text.length);
      return text.slice(start, start + length);
    });
  const cased = fc
    .tuple(part, fc.constantFrom('toUpperCase', 'toLowerCase', 'toString'))
    .map(([text, written]) => text[written]());
  return fc.oneof(cased, word).filter((text) => text !== '');
};

it('finds by bytes the very rows that hold a text when each is looked at alone', async () => {
  const cases = documents.chain((rows) =>
    fc.record({
      rows: fc.constant(rows),
      text: wantedIn(rows),
      from: fc.nat(rows.length),
      size: fc.constantFrom(1, 7, 64, 100_000),
    }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, text, from, size }) => {
      const ref = await write(Documents, rows);
      const found = await new ArtifactRows(inParts(size)).search(ref, { ...all, text, from });
      const plain = rows.flatMap((row, at) =>
        at >= from && rowHolds(row, text.toLowerCase()) ? [at] : [],
      );
      expect(found).toMatchObject({ rows: plain, complete: true });
    }),
    { numRuns: 1_000 * inject('share') },
  );
});

it('finds every letter by its small one', async () => {
  const letters = Array.from({ length: 0x110000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((letter) => letter.toLowerCase() !== letter);
  const ref = await write(
    Questions,
    letters.map((question, at) => ({ id: `-${String(at)}`, question })),
  );
  const stored = new ArtifactRows(artifacts);
  const missed: string[] = [];
  for (const [at, letter] of letters.entries()) {
    const { rows } = await stored.search(ref, { ...all, text: letter.toLowerCase() });
    if (!rows.includes(at)) missed.push(letter);
  }
  expect(missed).toEqual([]);
});
