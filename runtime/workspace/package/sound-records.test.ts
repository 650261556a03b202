import { createHash } from 'node:crypto';
import { MemoryArtifactStore } from '@graft/store/memory';
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
  /** Mebibytes that were read, and trees that were opened. */
  read = 0;
  opened = 0;

  constructor(text: string, pieces: number) {
    super();
    this.#text = text;
    this.#pieces = pieces;
    this.size = text.length + pieces * piece.byteLength;
  }

  override async *get(): AsyncGenerator<Uint8Array, void, undefined> {
    yield Buffer.from(this.#text.slice(0, 1));
    for (let at = 0; at < this.#pieces; at += 1) {
      this.read += 1;
      yield piece;
    }
    yield Buffer.from(this.#text.slice(1));
  }

  override openTree(): Promise<string> {
    this.opened += 1;
    return Promise.reject(new Error('It is opened.'));
  }
}

/** Whether a record whose result is of this type is kept, where another artifact of `more` bytes came with it. */
async function isKept(artifacts: OneArtifact, mediaType: string, more?: number) {
  const outputs = { out: { digest, mediaType, size: more ?? artifacts.size } };
  const record = { key: 'k', nodeType: 'n', outputs, ms: 1, createdAt: 0 };
  const received = { artifacts, sizes: { [digest]: artifacts.size, [other]: more ?? 0 } };
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
