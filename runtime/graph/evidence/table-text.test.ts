import { describe, expect, it } from 'vitest';
import { knownMetric } from '../metrics/metric.ts';
import { evidenceTable } from './make-table.ts';
import { tableNumber } from '../metrics/metric-words.ts';
import { tableNote, tableToCsv, tableToJson, tableToMarkdown } from './table-text.ts';
import { accuracyRows } from './testing/simulated-answers.ts';
import { accuracy } from './testing/simulations.ts';

const answers = (right: number) =>
  accuracyRows(Array.from({ length: 60 }, (_, at) => (at < right ? 1 : 0)));
const table = evidenceTable(
  [
    {
      name: 'as saved',
      settings: { 'chunk.size': 256, 'retrieve.mode': 'dense' },
      repeats: [answers(30)],
      cost: { ms: 1234, steps: 6, reused: 6 },
    },
    {
      name: '=large|',
      settings: { 'chunk.size': 512, 'retrieve.mode': 'a "b", c' },
      repeats: [answers(50)],
      cost: { ms: 61_000, tokens: 12, steps: 6, reused: 2 },
    },
    {
      name: 'broken',
      settings: { 'chunk.size': -1 },
      repeats: [],
      cost: {},
      problem: 'chunk.size is below 1.',
    },
  ],
  { baseline: 'as saved', metrics: [accuracy] },
);

describe('a table as text', () => {
  it('is JSON', () => {
    expect(JSON.parse(tableToJson(table))).toEqual(table);
  });

  it('is CSV with numbers in full, and no formula', () => {
    const lines = tableToCsv(table).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(
      /^variant,chunk\.size,retrieve\.mode,metric,direction,mean,low,high,n,failures,failed in all variants,compared as,difference,/,
    );
    expect(lines[1]).toMatch(
      /^as saved,256,dense,accuracy,higher,0\.5,0\.3\d+,0\.6\d+,60,0,0,,,,,,,,,,,,baseline,1234,,,,6,6,$/,
    );
    expect(lines[2]).toMatch(
      /^'=large\|,512,"a ""b"", c",accuracy,higher,0\.83\d+,.*,better,61000,12,,,6,2,$/,
    );
    expect(lines[3]).toMatch(/^broken,-1,,accuracy,higher,,,,0,60,0,.*,chunk\.size is below 1\.$/);
    const fields = (lines[0] ?? '').split(',').length;
    expect((lines[1] ?? '').split(',')).toHaveLength(fields);
  });

  it('says what failed in every variant, as JSON, in each line of CSV and below the markdown', () => {
    const failed = { ...table, failedInAll: { accuracy: 3 } };
    expect(JSON.parse(tableToJson(failed))).toMatchObject({ failedInAll: { accuracy: 3 } });
    expect(tableToCsv(failed).split('\n')[1]).toMatch(/,60,0,3,,/);
    const said = '3 rows failed in every variant and do not count in any mean.';
    expect(tableToMarkdown(failed)).toContain(said);
    expect(tableToMarkdown(table)).not.toContain('in any mean');
    const recall = { ...accuracy, name: 'recall' };
    const two = { ...failed, metrics: [accuracy, recall], failedInAll: { recall: 1 } };
    expect(tableNote(two)).toContain(
      '1 row failed in every variant (recall) and does not count in any mean.',
    );
  });

  it('is markdown with a line for each variant and a note', () => {
    expect(tableToMarkdown(table)).toMatchInlineSnapshot(`
      "By accuracy, “=large\\|” leads (0.83). It is better than the baseline, “as saved” (0.50). “broken” has no result.

      | variant | chunk.size | retrieve.mode | accuracy ↑ | accuracy − baseline | win/tie/loss | shown | n | failures | time | tokens | reused | problem |
      | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
      | =large\\| | 512 | a "b", c | 0.833 [0.720, 0.907] | +0.333 [+0.194, +0.452] | 20/40/0 | better | 60 | 0 | 61.00 s | 12 | 2 of 6 |  |
      | as saved (baseline) | 256 | dense | 0.500 [0.377, 0.623] |  |  |  | 60 | 0 | 1.234 s | — | 6 of 6 |  |
      | broken | -1 |  |  |  |  |  | 0 | 60 | — | — | — | chunk.size is below 1. |

      Each interval of a mean is a 95 % interval on its own (unadjusted). Verdicts come from a paired sign-flip test, Holm-corrected for all comparisons in this table. The interval of a difference is at the level of that correction, so it excludes “no difference” exactly where the verdict is “better” or “worse”. Intervals and verdicts hold for this run of each variant only: 5 seeds or more would cover other seeds.
      "
    `);
    const perplexity = knownMetric('perplexity');
    expect(
      tableToMarkdown({ ...table, metrics: perplexity === undefined ? [] : [perplexity] }),
    ).toContain('Lower is better: perplexity.');
    const own = { ...accuracy, name: 'score', assumed: true as const };
    const raced = tableToMarkdown({ ...table, metrics: [own], race: '3 of 4 were dropped.' });
    expect(raced).toContain('| score ↑ |');
    expect(raced).toContain(
      'Assuming higher is better for score: nothing says which way is better. 3 of 4 were dropped.',
    );
  });
});

it('tells ratios from differences, and for which seeds its intervals hold', () => {
  const texts = (by: number) =>
    Array.from({ length: 20 }, (_, at) => ({
      ...{ series: 'texts', item: String(at), group: String(at) },
      values: { perplexity: by * (10 + at) },
    }));
  const of = (seeds: number) =>
    evidenceTable(
      [1, 0.5].map((by) => ({
        ...{ name: String(by), settings: {} },
        repeats: Array.from({ length: seeds }, () => texts(by)),
      })),
      { baseline: '1', metrics: [knownMetric('perplexity') ?? accuracy] },
    );
  const text = tableToMarkdown(of(3));
  expect(text).toContain('| perplexity ÷ baseline |');
  expect(text).toContain('| ×0.500 [×0.500, ×0.500] | 20/0/0 | better |');
  expect(text).toContain('Compared as ratios (×1 is no difference): perplexity.');
  expect(text).toContain('hold for these 3 seeds only');
  expect(tableToCsv(of(3))).toMatch(/,ratio,0\.5/);
  expect(tableNote(of(5))).toContain('cover other seeds too (5 ran)');
  // A table that was recorded before says nothing of seeds.
  const { seeds: _seeds, ...old } = of(3);
  expect(tableNote(old)).not.toContain('seeds');
});

it('says why it takes more, once for all of whom it is true', () => {
  const few = ['a', 'b'].map((name) => ({ name, settings: {}, repeats: [answers(33)] }));
  const base = { name: 'base', settings: {}, repeats: [answers(30)] };
  expect(
    tableToMarkdown(evidenceTable([base, ...few], { baseline: 'base', metrics: [accuracy] })),
  ).toContain('\n\n- a, b: Only 3 questions differ; it takes 10 to tell.\n');
  expect(
    tableNote(evidenceTable([base, ...few], { baseline: 'base', metrics: [accuracy] })),
  ).toContain('at the level of that correction (95 % where too few differ for a test), so');
});

it.each([
  [0.91666, '0.917'],
  [-0.05, '−0.050'],
  [12.345, '12.35'],
  [345.67, '345.7'],
  [45_678, '45678'],
  [-0.000_012_3, '−1.23e−5'],
  [0, '0.000'],
])('%f is written %s', (value, text) => {
  expect(tableNumber(value)).toBe(text);
});

it('is markdown in which no name is markup', () => {
  const name = '<img src=x onerror=alert(1)> [x](javascript:y) `|` *a* _c_ ~d~\n# b';
  const arms = ['base', name].map((one) => ({
    ...{ name: one, settings: { [name]: name }, repeats: [answers(33)], problem: name },
  }));
  const metrics = [{ ...accuracy, name }];
  const text = tableToMarkdown({
    ...evidenceTable(arms, { baseline: name, metrics }),
    race: name,
  });
  expect(text).not.toMatch(/(?<!\\)[<`*_~]|(?<!\\)\[x|^#/m);
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const fields = lines.map((line) => line.split(/(?<!\\)\|/).length);
  expect(new Set(fields).size).toBe(1);
});
