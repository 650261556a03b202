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
  documents: [attack],
  answerable: false,
};
const hits = {
  id: 'q',
  question,
  hits: [{ rank: 1, score: 1, scores: { dense: 0.5, bm25: 2, rrf: 0.03, rerank: 0.9 }, chunk }],
};

/** A row of each node's output that carries markup wherever it can. */
const rows: Readonly<Record<string, unknown>> = {
  'load-files': {
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
  'base-model': {
    id: attack,
    digest: 'a',
    architecture: attack,
    format: 'gguf',
    contextLength: 8192,
  },
  chunk,
  embed: { ...chunk, vector: [0.6, 0.8, 0] },
  index: { rows: 1, dimension: 3, embedder: attack, embedderDigest: 'a' },
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
  generate: {
    id: 'q',
    question,
    text: attack,
    citations: [{ number: 1, chunkId: attack, source, by: 'attributed' }],
    promptTokens: 1,
    completionTokens: 2,
    finishReason: 'length',
  },
};

function draw(type: string, shown: readonly unknown[], streaming?: Record<string, string>): string {
  const preview = previews[type];
  if (preview === undefined) throw new Error(`No preview of ${type}.`);
  return renderToStaticMarkup(
    createElement(preview, {
      artifact,
      rows: shown,
      total: 500,
      loading: false,
      loadMore: () => undefined,
      params: { budget: 1024, kind: attack },
      openSpan: () => undefined,
      ...(streaming === undefined ? {} : { streaming }),
    }),
  );
}

describe.each(definitions.map(({ type }) => type))('%s', (type) => {
  it('shows text as text, never as markup', () => {
    const html = draw(type, [rows[type], rows[type], rows[type]]);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toMatch(/<script|<img|onerror="/i);
    expect(html).not.toContain('gk-raw');
  });

  it('shows a row that does not fit as JSON, and how to get more', () => {
    const html = draw(type, [{ strange: attack }]);
    expect(html).toContain('gk-raw');
    expect(html).toContain('strange');
    expect(html).not.toMatch(/<script|<img/i);
    expect(html).toContain('Show more');
  });
});

it('marks injected passages exactly', () => {
  expect(draw('inject-context', [rows['inject-context']])).toMatch(
    /before <mark[^>]*>&lt;script.*<\/mark> after/,
  );
});

it('shows answers while they are written', () => {
  const html = draw('generate', [rows['generate']], { q: 'finished', q2: attack });
  expect(html).toContain('gk-caret');
  expect(html).not.toContain('finished');
  expect(html).not.toMatch(/<script/i);
});
