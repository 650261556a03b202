import { evidenceTable, knownMetric, type MetricRow, type Recommendation } from '@graft/graph';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { seen } from '../testing/seen.ts';
import { EvidenceTableView } from './evidence-table.tsx';

describe('a table of variants', () => {
  const answers = (right: number): MetricRow[] =>
    Array.from({ length: 40 }, (_, at) => ({
      ...{ series: 'answers', item: `q${at}`, values: { accuracy: at < right ? 1 : 0 } },
    }));
  const accuracy = knownMetric('accuracy');
  const table = evidenceTable(
    [
      {
        name: 'small',
        settings: { 'chunk.size': 128 },
        repeats: [answers(10)],
        cost: { ms: 2_000 },
      },
      { name: 'large', settings: { 'chunk.size': 512 }, repeats: [answers(30)] },
      { name: 'near', settings: { 'chunk.size': 256 }, repeats: [answers(12)] },
      { name: 'none', settings: {}, repeats: [], problem: 'chunk.size must be above 0.' },
    ],
    { baseline: 'small', metrics: accuracy === undefined ? [] : [accuracy] },
  );
  const html = renderToStaticMarkup(createElement(EvidenceTableView, { table }));

  it('says what differs, what is shown, and why not', () => {
    const words = seen(html);
    // What it comes to stands first; the rest is left out where there is little room.
    expect(words).toMatch(
      /higher is better More columns Variant Shown Mean ↓ Difference chunk\.size/,
    );
    expect(words).toMatch(
      /large leads better 0\.750 0\.\d+ to 0\.\d+ \+0\.500 \+0\.\d+ to \+0\.\d+ 512 20\/20\/0 40/,
    );
    expect(words).toMatch(/small baseline 0\.250 0\.\d+ to 0\.\d+ 128 40/);
    expect(words).toContain('near: Only 2 questions differ; it takes 10 to tell.');
    expect(words).toContain('none chunk.size must be above 0.');
    expect(words).toContain('none : chunk.size must be above 0.');
    expect(words).toContain('on its own (unadjusted)');
    expect(words).toContain('Cost Variant Time small 2.0 s');
  });

  it('calls none as good as the recommended one but its equals', () => {
    const given = { variant: 'large', n: 40, worse: ['small'], dropped: [], incomplete: ['none'] };
    const wordsOf = (recommendation: Recommendation): string =>
      seen(
        renderToStaticMarkup(
          createElement(EvidenceTableView, { table: { ...table, recommendation } }),
        ),
      );
    expect(wordsOf({ ...given, equals: [], open: ['near'] })).not.toContain('may be as good');
    expect(wordsOf({ ...given, equals: ['near'], open: [] })).toContain('near may be as good');
  });

  it('counts what failed in variants that came to an end', () => {
    const rows = table.rows.map((row) => {
      const failures = row.variant === 'near' ? 3 : row.variant === 'none' ? 40 : 0;
      return { ...row, cells: row.cells.map((cell) => ({ ...cell, failures })) };
    });
    const words = seen(
      renderToStaticMarkup(createElement(EvidenceTableView, { table: { ...table, rows } })),
    );
    expect(words).toContain('Mean ↓ Difference Failed chunk.size');
    expect(words).toMatch(/near may be as good too few differ 0\.300 .* 3 256 2\/38\/0 40 small/);
    expect(words).toMatch(/none chunk\.size must be above 0\. —/);
  });

  it('draws intervals on the scale of their column, differences about 0', () => {
    expect(html.match(/class="gk-interval"/g)).toHaveLength(3 + 2);
    expect(html.match(/class="gk-anchor"/g)).toHaveLength(2);
    for (const [, place] of html.matchAll(/c?x[12]?="([^"]*)"/g)) {
      expect(Number(place)).toBeGreaterThanOrEqual(0);
      expect(Number(place)).toBeLessThanOrEqual(64);
    }
  });
});
