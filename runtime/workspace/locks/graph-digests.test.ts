import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { meaningDigest, parseGraph, serializeGraph, type Graph } from '@graft/graph';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KeptGraphs } from './kept-graphs.ts';
import { GraphDigests, parsedFrom } from './graph-digests.ts';

let folder: string;
const revision = 'a'.repeat(64);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-meanings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const graphOf = (nodes: number): Graph =>
  parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: Object.fromEntries(
        Array.from({ length: nodes }, (_, at) => [
          `n${String(at)}`,
          { type: 'number', version: 1, params: { value: at } },
        ]),
      ),
      edges: [],
    }),
  );
const stored = () => readFile(join(folder, 'meanings.json'), 'utf8').catch(() => undefined);

it('are those of the graphs, and remembered for the bytes of large ones by every process', async () => {
  const large = graphOf(3_000);
  parsedFrom(large, { revision, characters: serializeGraph(large).length });
  expect(await new GraphDigests(folder).of(large)).toBe(meaningDigest(large));
  expect(await stored()).toContain(meaningDigest(large));
  // Another object of the same bytes is not serialized again: what is remembered counts.
  await writeFile(
    join(folder, 'meanings.json'),
    JSON.stringify({ version: 1, entries: [[revision, 'b'.repeat(64)]] }),
  );
  expect(await new GraphDigests(folder).of(large)).toBe('b'.repeat(64));
});

it('are not remembered of small graphs, and made anew where what is stored cannot be read', async () => {
  const small = graphOf(3);
  parsedFrom(small, { revision, characters: 300 });
  await writeFile(join(folder, 'meanings.json'), '{"version":0}');
  expect(await new GraphDigests(folder).of(small)).toBe(meaningDigest(small));
  expect(await stored()).toBe('{"version":0}');
});

it('of a graph that was drawn here are made each time', async () => {
  const drawn = graphOf(3_000);
  expect(await new GraphDigests(folder).of(drawn)).toBe(meaningDigest(drawn));
  expect(await stored()).toBeUndefined();
});

it('vouch for the kept copy of a large graph, which is written anew where its bytes are others', async () => {
  const large = graphOf(3_000);
  const digest = meaningDigest(large);
  await new KeptGraphs(folder).keep(digest, large);
  expect(await stored()).toContain(digest);
  const copy = join(folder, 'graphs', digest);
  const text = await readFile(copy, 'utf8');
  await writeFile(copy, text.replace('"value": 7', '"value": 8'));
  const kept = new KeptGraphs(folder);
  await kept.keep(digest, large);
  expect(await readFile(copy, 'utf8')).toBe(text);
  expect(await kept.get(digest)).toEqual(large);
});
