import type { ArtifactRef } from '@graft/graph';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { definitions } from './definitions.gen.ts';
import { previews } from './previews.gen.ts';

const attack = '<script>alert(1)</script><img src=x onerror="alert(2)">&lt;b&gt;';
const artifact: ArtifactRef = {
  digest: 'a'.repeat(64),
  mediaType: 'application/json',
  size: 1,
  count: 1,
};
const source = {
  documentId: attack,
  path: attack,
  title: attack,
  start: 0,
  end: attack.length,
  firstLine: 1,
  lastLine: 2,
};
const chunk = {
  id: attack,
  text: attack,
  headings: [attack],
  source,
  metadata: { author: attack },
};
const question = {
  id: attack,
  question: attack,
  reference: attack,
  choices: [attack],
  documents: [attack],
  answerable: false,
};
const hits = {
  id: 'q',
  question,
  hits: [
    {
      rank: 1,
      score: 1,
      scores: { dense: 0.5, bm25: 2, rrf: 0.03, rerank: 0.9, grade: 0.4 },
      chunk,
    },
  ],
};

const answer = {
  id: 'q',
  question,
  text: attack,
  citations: [{ number: 1, chunkId: attack, source, by: 'attributed' }],
  promptTokens: 1,
  completionTokens: 2,
  finishReason: 'length',
};
const base = { id: attack, digest: 'a', architecture: attack };
/** A row of a port type that several nodes give, which carries markup wherever it can. */
const rowsOfTypes: Readonly<Record<string, unknown>> = {
  answers: answer,
  hits,
  documents: {
    id: attack,
    path: attack,
    mediaType: 'text/html',
    title: attack,
    text: attack,
    offset: 0,
    line: 1,
    metadata: { author: attack },
  },
  questions: question,
  model: { ...base, format: 'gguf', contextLength: 8192 },
  dataset: {
    ...{ id: attack, path: attack, row: 1, split: 'train', kind: 'chat' },
    turns: [{ role: 'assistant', content: attack, trained: true }],
  },
  preferences: { id: attack, prompt: attack, chosen: attack, rejected: attack },
  tokens: { id: attack, split: 'eval', pieces: ['a', attack], trained: [false, true] },
  metrics: { series: 'summary', label: attack, values: { [attack]: 1 } },
  judgements: {
    ...{ id: attack, item: attack, question, answer: attack, metric: attack },
    findings: [{ text: attack, said: [true, null], verdict: true, similarity: 0.5 }],
    exchanges: [{ asked: 'claims', repeat: 1, prompt: attack, reply: attack, problem: attack }],
  },
  comparison: {
    ...{ baseline: 'base', confidence: 0.95, settings: [attack] },
    metrics: [{ name: attack, direction: 'higher', aggregation: 'mean' }],
    rows: ['base', attack].map((variant) => ({
      ...{ variant, settings: { [attack]: attack }, cost: { ms: 1, tokens: 2 }, problem: attack },
      cells: [
        {
          ...{ metric: attack, mean: 0.5, interval: [0.4, 0.6], n: 100, failures: 1 },
          difference: {
            ...{ mean: 0.1, interval: [-0.1, 0.3], n: 99, wins: 5, ties: 90, losses: 4 },
            ...{ p: null, adjustedP: null, verdict: 'too few', reason: attack },
          },
        },
      ],
    })),
  },
  embedder: {
    ...{ id: attack, digest: 'a', weights: attack, architecture: attack, method: 'full' },
    ...{ dimension: 384, contextLength: 512, base: { id: attack, digest: 'b' } },
  },
  'cross-encoder': {
    ...{ id: attack, digest: 'a', weights: attack, architecture: attack, method: 'lora' },
    ...{ contextLength: 512, base: { id: attack, digest: 'b' } },
  },
  adapter: {
    ...{
      id: attack,
      base: { ...base, heads: 1, kvHeads: 1 },
      method: 'lora',
      rank: 1,
      alpha: 2,
      targets: [attack],
    },
    ...{ parameters: 1, baseParameters: 100 },
    modules: [{ path: attack, layer: 0, kind: attack, norm: 1, spectrum: [1] }],
  },
};

/** A row of each node's output that carries markup wherever it can. */
const rowsOfNodes: Readonly<Record<string, unknown>> = {
  chunk,
  embed: { ...chunk, vector: [0.6, 0.8, 0] },
  index: { rows: 1, dimension: 3, embedder: attack, embedderDigest: 'a' },
  contextualize: { ...chunk, context: attack },
  retrieve: hits,
  rerank: hits,
  'inject-context': {
    id: 'q',
    question,
    text: `before ${attack} after`,
    passages: [{ number: 1, chunkId: attack, start: 7, end: 7 + attack.length, score: 1, source }],
    tokens: 9,
    dropped: 2,
  },
  prompt: { id: 'q', question, text: attack, passages: [], tokens: 9, dropped: 0 },
};

/** Each output of each node, with a row of it. */
const outputs = definitions.flatMap((node) =>
  Object.entries(node.outputs).map(([port, { type }]) => ({
    ...{ type: node.type, port, mediaType: type.mediaType },
    row: rowsOfNodes[node.type] ?? rowsOfTypes[type.id],
  })),
);

interface Drawn {
  readonly type: string;
  readonly mediaType?: string;
  readonly rows: readonly unknown[];
  readonly streaming?: Record<string, string>;
  readonly total?: number;
  readonly onPaper?: true;
}
function draw({ type, mediaType = artifact.mediaType, rows, ...rest }: Drawn): string {
  const preview = previews[type];
  if (preview === undefined) throw new Error(`No preview of ${type}.`);
  return renderToStaticMarkup(
    createElement(preview, {
      artifact: { ...artifact, mediaType },
      rows,
      total: 500,
      loading: false,
      loadMore: () => undefined,
      params: { budget: 1024, kind: attack },
      openSpan: () => undefined,
      ...rest,
    }),
  );
}

describe.each(outputs)('$type.$port', ({ type, mediaType, row }) => {
  it('shows text as text, never as markup', () => {
    const html = draw({ type, mediaType, rows: [row, row, row] });
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toMatch(/<script|<img|onerror="/i);
    expect(html).not.toContain('gk-raw');
  });

  it('shows a row that does not fit as JSON, and that more are to come', () => {
    const html = draw({ type, mediaType, rows: [{ strange: attack }] });
    expect(html).toContain('gk-raw');
    expect(html).toContain('strange');
    expect(html).not.toMatch(/<script|<img/i);
    expect(html).toMatch(/data-waiting|Show more/);
  });
});

it('marks injected passages exactly', () => {
  expect(draw({ type: 'inject-context', rows: [rowsOfNodes['inject-context']] })).toMatch(
    /before <mark[^>]*>&lt;script.*<\/mark> after/,
  );
});

it('shows answers while they are written', () => {
  const html = draw({
    ...{ type: 'generate', rows: [answer] },
    streaming: { q: 'finished', q2: attack },
  });
  expect(html).toContain('gk-caret');
  expect(html).not.toContain('finished');
  expect(html).not.toMatch(/<script/i);
});

it('says of similar passages that the model cited none of them', () => {
  const [similar] = answer.citations;
  const html = (changes: object): string =>
    draw({ type: 'generate', rows: [{ ...answer, ...changes }] });
  expect(html({})).toContain('Similar passage, not cited by the model');
  expect(html({ citations: [similar, { ...similar, number: 2 }] })).toContain(
    'Similar passages, not cited by the model',
  );
  const cited = html({ citations: [{ ...similar, by: 'written' }] });
  expect(cited).toContain('cited by the model');
  expect(cited).not.toContain('not cited');
  // A row that was looked up, which no model wrote.
  expect(html({ promptTokens: 0 })).not.toContain('the model');
});

it('draws on paper all rows that have come, up to a limit, and says how many it leaves out', () => {
  const many = (of: number) =>
    Array.from({ length: of }, (_, at) => ({ ...question, id: `q${String(at)}` }));
  const rowsIn = (html: string) => html.match(/ data-row=/g)?.length;
  const all = draw({ type: 'questions', rows: many(300), total: 300, onPaper: true });
  expect(rowsIn(all)).toBe(300);
  expect(all).not.toContain('more row');
  const some = draw({ type: 'questions', rows: many(1_000), total: 2_500, onPaper: true });
  expect(rowsIn(some)).toBe(1_000);
  expect(some).toContain('1,500 more rows not shown. Download the output');
  // What could not be read is left out too, and said.
  const few = draw({ type: 'questions', rows: many(100), total: 2_500, onPaper: true });
  expect(rowsIn(few)).toBe(100);
  expect(few).toContain('2,400 more rows not shown');
});
