import { describe, expect, it } from 'vitest';
import type { Report } from './collect-report.ts';
import { htmlReport } from './html-report.ts';
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
const report: Report = {
  run: {
    id: 'run-1',
    file: 'flows/<b>.graft.json',
    status: 'succeeded',
    startedAt: 0,
    finishedAt: 1500,
    owner: '1:1',
  },
  steps: [
    {
      step: {
        node: 'generate-1',
        type: 'generate',
        status: 'succeeded',
        ms: 1200,
        reason: { kind: 'first' },
        parts: [{ name: 'param.system', value: hostile }],
        outputs: {},
      },
      outputs: [
        {
          port: 'answers',
          artifact: { digest: 'd'.repeat(64), mediaType: 'x/y+jsonl', size: 10 },
          total: 2,
          gone: false,
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
      ],
    },
  ],
};

describe('reports of a run', () => {
  it('hold text of documents and models as text, in HTML', () => {
    const html = htmlReport(report);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toContain('\u001b');
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('[1] a.md:3–4');
    expect(html).toContain('… and 1 more.');
  });

  it('hold text of documents and models as text, in Markdown', () => {
    const lines = markdownReport(report).split('\n');
    // A fence longer than the one in the text, so that the text cannot end it.
    const opening = lines.findIndex((line) => line.startsWith('````text'));
    expect(lines[opening]).toBe('````text');
    expect(lines.indexOf('````', opening)).toBeGreaterThan(
      lines.indexOf('# heading [link](javascript:x) [31m', opening),
    );
    expect(lines.some((line) => line.startsWith('**\\<script\\>'))).toBe(true);
    expect(lines.join('\n')).toContain('[1] a.md:3–4');
  });
});
