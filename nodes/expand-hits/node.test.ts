import type { Chunk, Hit, QuestionHits } from '@graft/graph';
import { expect, it } from 'vitest';
import { heldBytes, longText } from '../kit/testing/heap.ts';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { expandHits } from './node.ts';
import { run } from './run.ts';

const text = 'One is lit. Two is cold. Three cools.\n\nFour is new. Five is blue. Six is gone.';

/** A piece of the text by its first and last words, as a chunk of a document. */
function piece(from: string, to: string, document = 'a'): Chunk {
  const [start, end] = [text.indexOf(from), text.indexOf(to) + to.length];
  const lines = { firstLine: start > 38 ? 3 : 1, lastLine: end > 38 ? 3 : 1 };
  return {
    ...{ id: `${document}:${start}`, text: text.slice(start, end), headings: [], metadata: {} },
    source: { documentId: document, path: `${document}.md`, title: document, start, end, ...lines },
  };
}
const sentences = ['One', 'Two', 'Three', 'Four', 'Five', 'Six'];
const ends = ['lit.', 'cold.', 'cools.', 'new.', 'blue.', 'gone.'];
const small = (document = 'a') =>
  sentences.map((word, at) => ({
    ...piece(word, ends[at] ?? '', document),
    headings: ['Kilns', word],
  }));
const large = [piece('One', 'cools.'), piece('Four', 'gone.')];

async function expand(
  found: readonly Chunk[],
  chunks: readonly Chunk[],
  params: object = {},
): Promise<{ hits: Hit[]; log: string[] }> {
  const log: string[] = [];
  const hits = found.map((chunk, at): Hit => ({
    rank: at + 1,
    score: 1 / (at + 1),
    scores: { dense: 0.5 },
    chunk,
  }));
  const row: QuestionHits = { id: 'q', question: { id: 'q', question: 'When?' }, hits };
  const { hits: given } = await run.run(
    testContext({ log: (_level, message) => log.push(message) }),
    // The chunks of a document may come in any order.
    { hits: rowsInput([row]), chunks: rowsInput(chunks.toReversed()) },
    expandHits.params.parse(params),
  );
  const rows: QuestionHits[] = [];
  for await (const one of given) rows.push(one);
  expect(rows.map(({ id, question }) => [id, question])).toEqual([['q', row.question]]);
  expect(rows[0]?.hits.map(({ rank }) => rank)).toEqual(rows[0]?.hits.map((_, at) => at + 1));
  expect(rows[0]?.hits.map(({ before }) => 1 / (before ?? 0))).toEqual(
    rows[0]?.hits.map(({ score }) => score),
  );
  return { hits: rows[0]?.hits ?? [], log };
}
const [one, two, three, four, five, six] = small() as [Chunk, Chunk, Chunk, Chunk, Chunk, Chunk];

it('hands on the larger chunk that holds most of a hit, once, with the best score', async () => {
  const { hits, log } = await expand([five, two, six, one], large);
  expect(hits.map(({ chunk, score, scores }) => [chunk, score, scores])).toEqual([
    [large[1], 1, { dense: 0.5, children: 2 }],
    [large[0], 1 / 2, { dense: 0.5, children: 2 }],
  ]);
  expect(log).toEqual([]);
});

it('takes the parent that has more of a hit where it reaches into two', async () => {
  const { hits } = await expand([piece('cools', 'blue.')], large);
  expect(hits[0]?.chunk).toBe(large[1]);
});

it('joins a hit with its neighbours into the text of the document, and windows that meet into one', async () => {
  const { hits } = await expand([three], small(), { to: 'neighbours' });
  expect(hits[0]?.chunk).toEqual({
    ...{ id: `${two.id}-${four.source.end}`, text: 'Two is cold. Three cools.\n\nFour is new.' },
    ...{ headings: ['Kilns'], metadata: {} },
    source: { ...two.source, end: four.source.end, lastLine: 3 },
  });
  expect(text).toContain(hits[0]?.chunk.text);
  const many = await expand([six, one, four], small(), { to: 'neighbours' });
  expect(many.hits.map(({ chunk, scores }) => [chunk.text, scores.children])).toEqual([
    ['Three cools.\n\nFour is new. Five is blue. Six is gone.', 2],
    ['One is lit. Two is cold.', 1],
  ]);
  const all = await expand([six, one, three], small(), { to: 'neighbours', window: 2 });
  expect(all.hits.map(({ chunk, scores }) => [chunk.text, scores.children])).toEqual([[text, 3]]);
});

it('writes what chunks have in common once', async () => {
  const overlapping = [piece('One', 'cold.'), piece('Two', 'cools.'), piece('Three', 'cools.')];
  const { hits } = await expand([overlapping[1] as Chunk], overlapping, { to: 'neighbours' });
  expect(hits[0]?.chunk.text).toBe('One is lit. Two is cold. Three cools.');
});

it('keeps the line breaks between chunks', async () => {
  const lines = ['- One.', '- Two.', 'Three.', 'Four.'];
  const starts = [0, 7, 15, 25];
  const firstLines = [1, 2, 3, 6];
  const chunks = lines.map((line, at): Chunk => {
    const [start = 0, firstLine = 1] = [starts[at], firstLines[at]];
    const place = { start, end: start + line.length, firstLine, lastLine: firstLine };
    return { ...one, id: line, text: line, source: { ...one.source, ...place } };
  });
  const { hits } = await expand([chunks[1] as Chunk], chunks, { to: 'neighbours', window: 2 });
  expect(hits[0]?.chunk.text).toBe('- One.\n- Two.\nThree.\n\nFour.');
});

it('keeps documents apart, and hands on what stands in no chunk, which it says', async () => {
  const strange = piece('One', 'lit.', 'b');
  const { hits, log } = await expand([strange, two], large);
  expect(hits.map(({ chunk }) => chunk)).toEqual([strange, large[0]]);
  expect(log).toEqual([expect.stringMatching(/^No connected chunk holds 1 of the chunks/)]);
});

it('keeps the top', async () => {
  expect((await expand([five, two], large, { top: 1 })).hits).toHaveLength(1);
});

it('holds the chunks that it hands on, and of the others where they stand', async () => {
  const [count, size] = [32, 4_000_000];
  const chunks = {
    ...rowsInput<Chunk>([]),
    async *rows() {
      for (let at = 0; at < count; at += 1) {
        await Promise.resolve();
        const source = { ...one.source, start: at * 100, end: at * 100 + 100 };
        yield { ...one, id: String(at), text: longText(size, String(at)), source };
      }
    },
  };
  const hit = { rank: 1, score: 1, scores: {}, chunk: one };
  const row = { id: 'q', question: { id: 'q', question: 'When?' }, hits: [hit] };
  const before = heldBytes();
  const { hits } = await run.run(
    testContext(),
    { hits: rowsInput([row]), chunks },
    expandHits.params.parse({}),
  );
  const ids: string[] = [];
  for await (const given of hits) {
    ids.push(...given.hits.map(({ chunk }) => chunk.id));
    expect(heldBytes() - before).toBeLessThan((count * size) / 4);
  }
  expect(ids).toEqual(['0']);
});
