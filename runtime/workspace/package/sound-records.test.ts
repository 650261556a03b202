import { createHash } from 'node:crypto';
import type { ActionRecord, ArtifactRef } from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { expect, it } from 'vitest';
import { maxListing } from './package-manifest.ts';
import { soundRecords } from './sound-records.ts';

const piece = Buffer.alloc(1 << 20, ' ');
const digest = createHash('sha256').digest('hex');
const other = createHash('sha256').update('other').digest('hex');

/** One artifact: a text, with space after its first character that takes as many mebibytes as `pieces`. */
class OneArtifact extends MemoryArtifactStore {
  readonly #text: string;
  readonly #pieces: number;
  readonly size: number;
  /** Readings, the most at one time, mebibytes that were read, and trees that were opened. */
  readings = 0;
  #open = 0;
  mostOpen = 0;
  read = 0;
  opened = 0;

  constructor(text: string, pieces: number) {
    super();
    this.#text = text;
    this.#pieces = pieces;
    this.size = text.length + pieces * piece.byteLength;
  }

  override async *get(): AsyncGenerator<Uint8Array, void, undefined> {
    this.readings += 1;
    this.#open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.#open);
    try {
      yield Buffer.from(this.#text.slice(0, 1));
      for (let at = 0; at < this.#pieces; at += 1) {
        this.read += 1;
        yield piece;
      }
      yield Buffer.from(this.#text.slice(1));
    } finally {
      this.#open -= 1;
    }
  }

  override openTree(): Promise<string> {
    this.opened += 1;
    return Promise.reject(new Error('It is opened.'));
  }
}

const recordOf = (outputs: ActionRecord['outputs']): ActionRecord => ({
  ...{ key: 'k', nodeType: 'n', outputs, ms: 1, createdAt: 0 },
});

/** Whether a record whose result is of this type is kept, where another artifact of `more` bytes came with it. */
async function isKept(artifacts: OneArtifact, mediaType: string, more?: number) {
  const record = recordOf({ out: { digest, mediaType, size: more ?? artifacts.size } });
  const sizes = { [digest]: artifacts.size, [other]: more ?? 0 };
  const received = { artifacts, sizes, limit: Infinity };
  return (await soundRecords(received, [record])).length === 1;
}

const table = JSON.stringify({
  baseline: 'a',
  confidence: 0.95,
  metrics: [],
  settings: [],
  rows: [],
});
const row = JSON.stringify({
  ...{ id: 'a', path: 'a.txt', mediaType: 'text/plain', title: 'A', text: 'A' },
  ...{ offset: 0, line: 1, metadata: {} },
});
const most = maxListing / piece.byteLength;
const comparison = 'application/vnd.graft.comparison+json';
const documents = 'application/vnd.graft.documents+jsonl';
const model = 'application/vnd.graft.model+tree';

it('a result that is one value is read up to a size', async () => {
  expect(await isKept(new OneArtifact(table, 1), comparison)).toBe(true);
  const large = new OneArtifact(table, most);
  expect(await isKept(large, comparison)).toBe(false);
  expect(large.read).toBe(0);
});

it('a row is read up to a size', async () => {
  expect(await isKept(new OneArtifact(`${row}\n${row}\n`, 1), documents)).toBe(true);
  const large = new OneArtifact(row, most + 9);
  expect(await isKept(large, documents)).toBe(false);
  expect(large.read).toBeLessThan(most + 9);
});

it('the list of the files of a tree is read up to a size, as is what it says of itself', async () => {
  const tree = (size: number): string =>
    JSON.stringify({ files: [{ path: 'graft.json', digest: other, size }] });
  const small = new OneArtifact(tree(maxListing), 1);
  expect(await isKept(small, model, maxListing)).toBe(false);
  expect(small.opened).toBe(1);
  const large = new OneArtifact(tree(7), most);
  expect(await isKept(large, model, 7)).toBe(false);
  expect(large.read).toBe(0);
  const says = new OneArtifact(tree(maxListing + 1), 0);
  expect(await isKept(says, model, maxListing + 1)).toBe(false);
  expect(says.opened).toBe(0);
});

/** A record of as many outputs. */
const manyOutputs = (count: number, ref: (at: number) => ArtifactRef): ActionRecord =>
  recordOf(
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`out${String(at)}`, ref(at)])),
  );

it('a result is read once, whatever number of rows and size records give it', async () => {
  const artifacts = new OneArtifact(`${row}\n${row}\n`, 1);
  const { size } = artifacts;
  const received = { artifacts, sizes: { [digest]: size }, limit: Infinity };
  const one = (more: Partial<ArtifactRef>): ActionRecord =>
    recordOf({ out: { digest, mediaType: documents, size, ...more } });
  const right = [one({}), one({ count: 2 }), one({ count: 2, schema: 1 })];
  const wrong = [one({ count: 1 }), one({ size: size + 1 }), one({ schema: 1000 })];
  const many = manyOutputs(15, (count) => ({ digest, mediaType: documents, size, count }));
  expect(await soundRecords(received, [many, ...wrong, ...right])).toEqual(right);
  expect(artifacts.readings).toBe(1);
});

it('results are read one after another', async () => {
  const artifacts = new OneArtifact(`${row}\n`, 1);
  const { size } = artifacts;
  const received = { artifacts, sizes: { [digest]: size, [other]: size }, limit: Infinity };
  const ref = (at: number): ArtifactRef => ({
    ...{ digest: at === 0 ? digest : other, mediaType: documents, size },
  });
  const record = manyOutputs(2, ref);
  expect(await soundRecords(received, [record])).toEqual([record]);
  expect(artifacts).toMatchObject({ readings: 2, mostOpen: 1 });
});

it('results are read up to a sum of bytes, a tree with all of its files', async () => {
  const artifacts = new OneArtifact(`${row}\n`, 1);
  const { size } = artifacts;
  const sizes = { [digest]: size, [other]: size };
  const first = recordOf({ out: { digest, mediaType: documents, size } });
  const second = recordOf({ out: { digest: other, mediaType: documents, size } });
  const records = [first, second, first];
  expect(await soundRecords({ artifacts, sizes, limit: 2 * size }, records)).toEqual(records);
  const short = { artifacts, sizes, limit: 2 * size - 1 };
  expect(await soundRecords(short, records)).toEqual([first, first]);
  expect(artifacts.readings).toBe(3);
  const files = Array.from({ length: 3 }, (_, at) => ({
    path: String(at),
    digest: other,
    size: 9,
  }));
  const tree = new OneArtifact(JSON.stringify({ files }), 0);
  const kept = recordOf({ out: { digest, mediaType: model, size: 27 } });
  for (const [limit, opened] of [[26, 0] as const, [27, 1] as const]) {
    tree.opened = 0;
    const all = { artifacts: tree, sizes: { [digest]: tree.size, [other]: 9 } };
    await soundRecords({ ...all, limit: tree.size + limit }, [kept]);
    expect(tree.opened).toBe(opened);
  }
});

it('a record of more outputs than nodes have is left out unread', async () => {
  const artifacts = new OneArtifact(`${row}\n`, 0);
  const { size } = artifacts;
  const received = { artifacts, sizes: { [digest]: size }, limit: Infinity };
  const of = (count: number): ActionRecord =>
    manyOutputs(count, () => ({ digest, mediaType: documents, size }));
  expect(await soundRecords(received, [of(65)])).toEqual([]);
  expect(artifacts.readings).toBe(0);
  expect(await soundRecords(received, [of(64)])).toHaveLength(1);
});
