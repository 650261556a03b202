import { expect, it } from 'vitest';
import { GraphError, type Problem } from '../base/errors.ts';
import { checkRows, currentRow, faultAt, rowFault } from './file-rows.ts';
import { Metrics } from '../metrics/metrics.ts';
import { Chunks, Questions } from './port-types.ts';

const questions = { type: Questions, written: 0 };

function problemsOf(text: string, kind = questions): readonly Problem[] {
  try {
    checkRows(text, { ...kind, file: 'frozen/a.jsonl' });
    return [];
  } catch (error) {
    return error instanceof GraphError ? error.problems : [];
  }
}

it('counts rows, blank lines passed over, whatever their line breaks and further fields', () => {
  const text = '{"id":"a","question":"When?","mine":1}\r\n\n{"question":"Who?"}';
  expect(checkRows(text, { ...questions, file: 'frozen/a.jsonl' })).toBe(2);
});

it('says in which row, line and field what is wrong, for each row that is', () => {
  const text = '{"question":"When?"}\n\n{"question":7}\n{"id":"b"}\nnonsense\n[1]\n';
  expect(problemsOf(text)).toMatchObject([
    {
      code: 'bad-row',
      message: 'row 2, field "question": expected string, received number.',
      location: { file: 'frozen/a.jsonl', line: 3, field: 'question' },
    },
    { message: 'row 3, field "question": it is missing; expected string.' },
    { message: expect.stringMatching(/^row 4: this is not JSON: /), location: { line: 5 } },
    { message: expect.stringMatching(/^row 5: this is JSON, but not an object/) },
  ]);
});

it('names a field within others by its way, and stops telling at twenty', () => {
  const chunk = { id: 'a', text: 'x', headings: [], source: { start: '0' }, metadata: {} };
  expect(rowFault(JSON.stringify(chunk), { type: Chunks, written: 0 })).toMatchObject({
    field: 'source.documentId',
  });
  expect(problemsOf('{}\n'.repeat(500))).toHaveLength(20);
});

it('says of a row that no id can be made of where it stands', () => {
  const deep = `{"question":"x","list":${'['.repeat(300)}${']'.repeat(300)}}`;
  expect(problemsOf(`${deep}\n{"question":"x","size":1e999}\n`)).toMatchObject([
    { code: 'bad-row', message: expect.stringMatching(/^row 1: .*200/), location: { line: 1 } },
    {
      code: 'bad-row',
      message: expect.stringMatching(/^row 2: .*Infinity/),
      location: { line: 2 },
    },
  ]);
});

it('refuses a text without rows, and rows of a newer Graft', () => {
  expect(problemsOf(' \n')).toMatchObject([{ code: 'bad-input' }]);
  const newer = { ...questions, written: 9 };
  expect(problemsOf('{"question":"x"}', newer)).toMatchObject([{ code: 'newer-format' }]);
});

it('takes rows of an older version as what they are now', () => {
  const row = { series: 'documents', label: 'a.md', values: { perplexity: 2, tokens: 10 } };
  const metrics = { type: Metrics, written: 1 };
  expect(currentRow(row, metrics)).toMatchObject({ item: 'a.md', weight: 10 });
  expect(currentRow(row, { ...metrics, written: 0 })).not.toHaveProperty('item');
  expect(rowFault(JSON.stringify(row), metrics)).toBeUndefined();
});

it('writes a place without a field', () => {
  expect(faultAt(3, { message: 'no' })).toBe('row 3: no');
});
