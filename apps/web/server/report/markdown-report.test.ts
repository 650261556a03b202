import { Answers, Metrics } from '@graft/graph';
import { rowsKey, type Report } from '@graft/view';
import { describe, expect, it } from 'vitest';
import { markdownReport } from './markdown-report.ts';

const hostile = '<script>alert(1)</script> ```\n# heading [link](javascript:x) \u001b[31m';
const source = {
  documentId: 'a.md',
  path: 'a.md',
  title: 'A',
  start: 0,
  end: 1,
  firstLine: 3,
  lastLine: 4,
};
const artifact = {
  ...{ digest: 'd'.repeat(64), mediaType: Answers.mediaType, size: 10 },
  summary: '2 answers <img src=x onerror=alert(1)>',
};
const answers = { port: 'answers', artifact, view: 'generate', params: {} };
const cell = {
  ...{ path: 'generate', title: 'Generate', type: 'generate', off: false },
  params: { system: hostile },
  step: {
    ...{ node: 'generate', type: 'generate', status: 'succeeded' as const, ms: 1200 },
  },
  reason: { lead: 'Ran again because', changes: [{ what: 'size', before: '<i>', after: '2' }] },
  ...{ outputs: [answers], parts: [], moreParts: 0, inside: [] },
};
const asked = {
  ...{ id: 'q', question: { id: 'q', question: 'When?', reference: 'At noon.' }, text: 'At six.' },
  ...{ citations: [], promptTokens: 1, completionTokens: 1, finishReason: 'stop' },
};
const report: Report = {
  title: '<b>',
  run: {
    id: 'run-1',
    file: 'flows/<b>.graft.json',
    status: 'succeeded',
    startedAt: 0,
    finishedAt: 1500,
  },
  ...{ devices: [], engines: ['llama.cpp code 5'], leftOut: 0 },
  models: [{ name: 'small', digest: 'm'.repeat(64) }],
  results: [],
  cells: [
    {
      ...{ ...cell, path: 'answerer', title: 'Answerer', type: 'graph', params: {} },
      outputs: [{ ...answers, madeBy: 'answerer/generate' }],
      inside: [{ cells: [{ ...cell, path: 'answerer/generate' }] }],
    },
  ],
  rows: {
    [rowsKey(artifact)]: {
      ...{ total: 2, cut: 0, gone: false },
      rows: [
        {
          id: 'q1',
          question: { id: 'q1', question: hostile },
          text: hostile,
          citations: [{ number: 1, chunkId: 'c', source, by: 'written' }],
          promptTokens: 1,
          completionTokens: 1,
          finishReason: 'stop',
        },
      ],
    },
  },
};

describe('a report in Markdown', () => {
  it('begins with the story and the results, and ends with versions', () => {
    const result = { path: 'generate', headline: '8 of 33 right', isScore: true };
    const losses = ['Lost in retrieval: never found'];
    const scored = { ...report.rows[rowsKey(artifact)], total: 2, rows: [asked], losses };
    const { text } = markdownReport(
      {
        ...{ ...report, title: 'From a handbook', prose: ['No model knows it.'] },
        results: [result],
        cells: [{ ...cell, section: 'The model', prose: ['About a quarter is right.'] }],
        rows: { [rowsKey(artifact)]: { ...scored, cut: 0, gone: false, lost: 'Of 25 …' } },
      },
      'pictures',
    );
    const places = [
      '# From a handbook',
      'No model knows it.',
      'Succeeded in 1.5 s',
      '## Result',
      '**8 of 33 right**, compared with the words of the references. Of 25 …',
      '### Generate: 8 of 33 right',
      'About a quarter is right.',
      '**When?** wrong · Lost in retrieval: never found',
      '## Steps',
      '### The model',
      '#### Generate (generate)',
      'Its output is above, under Result.',
      '## Versions',
      'llama.cpp code 5',
      'd'.repeat(64),
    ].map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(text.match(/^\*\*When/gm)).toHaveLength(1);
  });

  const lines = markdownReport(report, 'pictures').text.split('\n');

  it('holds text of documents and models as text', () => {
    // A fence longer than the one in the text, so that the text cannot end it.
    const opening = lines.findIndex((line) => line.startsWith('````text'));
    expect(lines[opening]).toBe('````text');
    expect(lines.indexOf('````', opening)).toBeGreaterThan(
      lines.indexOf('# heading [link](javascript:x) [31m', opening),
    );
    expect(lines.some((line) => line.startsWith('**\\<script\\>'))).toBe(true);
    expect(lines.join('\n')).toContain('[1] a.md:3–4');
    expect(lines.some((line) => line.startsWith('2 answers \\<img'))).toBe(true);
    expect(lines).toContain('Ran again because size \\<i\\> → 2 changed.');
  });

  it('shows what a node inside another gave once, and says of the outer one who made it', () => {
    const text = lines.join('\n');
    expect(text.match(/\[1\] a\.md:3–4/g)).toHaveLength(1);
    expect(text).toContain('made by answerer/generate.');
    expect(text).toContain('… and 1 more.');
    expect(text).toContain('### Generate (answerer/generate)');
  });

  it('has notes where they are read, as Markdown without markup and pictures', () => {
    const note =
      '# Why\n\n**One** <img src=x> ![alt](https://x.example/a.png) `<b>`\n\n```\n# <i>\n```';
    const { text } = markdownReport(
      { ...report, prose: ['At the head'], cells: [{ ...cell, prose: [note] }] },
      'pictures',
    );
    expect(text.indexOf('At the head')).toBeLessThan(text.indexOf('## Steps'));
    expect(text).toContain(
      '## Why\n\n**One** &lt;img src=x> [alt](https://x.example/a.png) `<b>`\n\n```\n# <i>\n```\n\n### Generate',
    );
  });

  it('shows curves as a picture, and the rows that are no points of them as text', () => {
    const metrics = { digest: 'e'.repeat(64), mediaType: Metrics.mediaType, size: 10 };
    const output = { port: 'metrics', artifact: metrics, view: 'train-lora', params: {} };
    const point = (step: number) => ({ series: 'train', step, values: { loss: 1 / step } });
    const rows = [point(1), point(2), { series: 'summary', values: { rank: 8 } }];
    const { text, pictures } = markdownReport(
      {
        ...report,
        cells: [{ ...cell, path: 'again#1/train', outputs: [output] }],
        rows: { [rowsKey(metrics)]: { total: 3, cut: 0, gone: false, rows } },
      },
      'run pictures',
    );
    expect([...pictures.keys()]).toEqual(['again.1.train.metrics.svg']);
    expect(pictures.get('again.1.train.metrics.svg')).toContain('<polyline class="curve train"');
    expect(text).toContain('](<run pictures/again.1.train.metrics.svg>)');
    expect(text).toContain('| Rank | 8 |');
    expect(text).not.toContain('loss');
    expect(text).not.toContain('more.');
  });
});
