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
