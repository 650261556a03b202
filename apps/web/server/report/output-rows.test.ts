import { Documents, Metrics, type ArtifactRef } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsKey } from '@graft/view';
import { outputRows, shareOf, type RowLimits } from './output-rows.ts';
import { embeddedJson } from './report-page.ts';

const limits: RowLimits = { all: 20_000, output: 10_000, rows: 50, metrics: 100 };
const ref = (digest: string, mediaType = Documents.mediaType): ArtifactRef => ({
  ...{ digest, mediaType, size: 1 },
});
const rowOf = (id: number, length = 100): unknown => ({ id, text: 'x'.repeat(length) });

/** Reads outputs that are given as their rows; one that is not given is gone. */
async function read(
  outputs: Readonly<Record<string, readonly unknown[]>>,
  { artifacts = Object.keys(outputs).map((digest) => ref(digest)), of = limits } = {},
) {
  const asked: number[] = [];
  const workspace = {
    artifacts: { has: async (digest: string) => Object.hasOwn(outputs, digest) },
    rows: {
      page: async ({ digest }: ArtifactRef, offset: number, limit: number) => {
        asked.push(limit);
        const rows = outputs[digest] ?? [];
        return { total: rows.length, rows: rows.slice(offset, offset + limit) };
      },
    },
  };
  const rows = await outputRows(workspace, artifacts, of);
  return { asked, rows, of: (artifact: ArtifactRef) => rows[rowsKey(artifact)] };
}
const many = (count: number, length?: number) =>
  Array.from({ length: count }, (_, at) => rowOf(at, length));

it('holds small outputs whole', async () => {
  const { of } = await read({ a: many(3) });
  expect(of(ref('a'))).toEqual({ total: 3, rows: many(3), cut: 0, gone: false });
});

it('holds so many rows of an output at most, and reads no more of it', async () => {
  const { asked, of } = await read({ a: many(100_000, 1) });
  expect(of(ref('a'))).toMatchObject({ total: 100_000, rows: many(50, 1) });
  expect(asked).toEqual([25, 25]);
});

it('leaves small outputs whole where large ones share what is left', async () => {
  const { rows, of } = await read({ a: many(49), b: many(49, 300), c: many(2), d: many(49, 300) });
  expect(JSON.stringify(rows).length).toBeLessThan(limits.all + 500);
  expect(of(ref('c'))?.rows).toHaveLength(2);
  expect(of(ref('a'))?.rows).toHaveLength(49);
  const [b = 0, d = 0] = [of(ref('b'))?.rows.length, of(ref('d'))?.rows.length];
  expect(b).toBe(d);
  expect(b).toBeGreaterThan(10);
  expect(b).toBeLessThan(30);
  expect(of(ref('b'))?.total).toBe(49);
});

it('shows a curve from its beginning to its end', async () => {
  const rows = Array.from({ length: 12_000 }, (_, step) => ({ series: 'train', step, values: {} }));
  const curve = ref('m', Metrics.mediaType);
  const held = (await read({ m: rows }, { artifacts: [curve] })).of(curve);
  expect(held?.total).toBe(12_000);
  expect(held?.rows).toHaveLength(100);
  expect(held?.rows[0]).toEqual(rows[0]);
  expect(held?.rows.at(-1)).toEqual(rows.at(-1));
});

it('shows a table of metrics from its beginning on, with no row left out in between', async () => {
  const rows = Array.from({ length: 150 }, (_, at) => ({ series: 'questions', label: String(at) }));
  const table = ref('m', Metrics.mediaType);
  const held = (await read({ m: rows }, { artifacts: [table] })).of(table);
  expect(held).toMatchObject({ total: 150, rows: rows.slice(0, 100) });
});

it('cuts long texts of long rows, and counts these rows', async () => {
  const of = { ...limits, output: 100_000, all: 100_000 };
  const held = (await read({ a: [rowOf(0), rowOf(1, 40_000)] }, { of })).of(ref('a'));
  expect(held?.cut).toBe(1);
  expect(held?.rows[0]).toEqual(rowOf(0));
  expect(held?.rows[1]).toEqual({ id: 1, text: `${'x'.repeat(4_000)}…` });
});

it('writes vectors with three digits, and other numbers as they are', async () => {
  const vector = Array.from({ length: 64 }, (_, at) => at / 7);
  const ids = Array.from({ length: 64 }, (_, at) => 123_456 + at);
  const held = (await read({ a: [{ vector, ids, score: 1 / 3 }] })).of(ref('a'));
  expect(held?.rows).toEqual([
    { vector: vector.map((one) => Number(one.toPrecision(3))), ids, score: 1 / 3 },
  ]);
});

it('counts bytes as they stand in a page', async () => {
  const wide = Array.from({ length: 40 }, (_, id) => ({ id, text: '窯<'.repeat(60) }));
  const held = (await read({ a: wide })).of(ref('a'));
  // A row has 3 bytes for each sign of the one kind, and 6 for each of the other.
  expect(held?.rows).toHaveLength(Math.floor(limits.output / (60 * 9 + 20)));
  expect(Buffer.byteLength(embeddedJson(held?.rows))).toBeLessThanOrEqual(limits.output);
});

it('says of an output that it is gone', async () => {
  const { of } = await read({}, { artifacts: [ref('a')] });
  expect(of(ref('a'))).toEqual({ total: 0, rows: [], cut: 0, gone: true });
});

it('shares out what there is: small ones take what they need, the others the same', () => {
  expect(shareOf([1, 2, 3], 6)).toBe(Infinity);
  expect(shareOf([10, 1, 10], 11)).toBe(5);
  expect(shareOf([], 5)).toBe(Infinity);
});
