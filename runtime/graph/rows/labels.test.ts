import { expect, it } from 'vitest';
import { GraphError } from '../base/errors.ts';
import {
  type Label,
  labelKey,
  type Labels,
  labelsText,
  mergeLabels,
  parseLabels,
} from './labels.ts';
import { isLabelsFile } from './labels-file.ts';

const file = 'answers.labels.jsonl';
const label = (id: string, value: Label['label'], rest: Partial<Label> = {}): Label => ({
  ...{ id, question: `Question ${id}?`, answer: `Answer ${id}.`, label: value },
  ...rest,
});
const labelsOf = (...labels: readonly Label[]): Labels =>
  new Map(labels.map((one) => [labelKey(one), one]));

it('writes a line for each, sorted by id, question and answer, whatever the order they were made in', () => {
  const labels = labelsOf(
    label('q2', 'wrong', { answer: 'b', note: 'the other kiln', why: 'cold' }),
    label('q10', 'skip', { note: '' }),
    label('q2', 'right', { answer: 'a', version: 1 }),
  );
  const text = labelsText(labels);
  expect(text).toBe(
    [
      '{"id":"q10","question":"Question q10?","answer":"Answer q10.","label":"skip"}',
      '{"id":"q2","question":"Question q2?","answer":"a","label":"right","version":1}',
      '{"id":"q2","question":"Question q2?","answer":"b","label":"wrong","note":"the other kiln","why":"cold"}',
      '',
    ].join('\n'),
  );
  expect(labelsText(parseLabels(text, file))).toBe(text);
});

it('tells answers apart by their texts alone', () => {
  const read = parseLabels(
    `${JSON.stringify(label('q1', 'right'))}\r\n\n${JSON.stringify(label('q1', 'wrong', { answer: 'No.' }))}`,
    file,
  );
  expect([...read.values()].map((one) => one.label)).toEqual(['right', 'wrong']);
});

it('takes a line that was doubled by a merge, and names two that contradict each other', () => {
  const line = JSON.stringify(label('q1', 'right'));
  expect(parseLabels(`${line}\n${line}\n`, file).size).toBe(1);
  const noted = ['too late', '', 'says 05:40', 'too late'].map((note) =>
    JSON.stringify(label('q1', 'right', { note })),
  );
  const [joined] = parseLabels(noted.join('\n'), file).values();
  expect(joined?.note).toBe('too late; says 05:40');
  const other = JSON.stringify(label('q1', 'wrong'));
  expect(() => parseLabels(`${line}\n${other}\n`, file)).toThrow(
    `${file}, line 2: it labels an answer wrong that line 1 labels right. Delete one of the two lines.`,
  );
});

it('names every line that is no label, up to 20', () => {
  const broken = ['nonsense', '[]', '{"id":"a","question":"b","answer":"c","label":"good"}'];
  const refused = (text: string): GraphError => {
    try {
      parseLabels(text, file);
    } catch (error) {
      return GraphError.from(error);
    }
    throw new Error('It was read.');
  };
  const { code, problems } = refused(broken.join('\n'));
  expect(code).toBe('bad-row');
  expect(problems.map(({ location }) => location)).toEqual(
    [1, 2, 3].map((line) => ({ file, line })),
  );
  expect(problems[2]?.message).toContain('this is not a label: "label": ');
  expect(refused('nonsense\n'.repeat(30)).problems).toHaveLength(20);
});

it('reads lines of this version and of none, and refuses later ones', () => {
  const line = (version: unknown): string => JSON.stringify({ ...label('q1', 'right'), version });
  expect(parseLabels(`${line(undefined)}\n${line(1)}`, file).size).toBe(1);
  const refusal = (version: unknown): unknown => {
    try {
      return parseLabels(line(version), file);
    } catch (error) {
      return error;
    }
  };
  expect(refusal(2)).toMatchObject({
    code: 'newer-format',
    message: `${file}, line 1: this label has version 2; this Graft reads up to version 1. Update Graft.`,
  });
  expect(refusal('one')).toMatchObject({ code: 'bad-row' });
});

it('merges label by label, and gives those that both changed', () => {
  const base = labelsOf(label('a', 'right'), label('b', 'right'), label('c', 'right'));
  const theirs = labelsOf(label('a', 'wrong'), label('b', 'right'), label('d', 'skip'));
  const mine = labelsOf(label('a', 'skip'), label('b', 'wrong'), label('c', 'right'));
  const { labels, clashes } = mergeLabels(base, theirs, mine);
  expect([...labels.values()].map(({ id, label: value }) => [id, value])).toEqual([
    ['a', 'wrong'],
    ['b', 'wrong'],
    ['d', 'skip'],
  ]);
  expect([...clashes.values()]).toEqual([label('a', 'skip')]);
});

it('takes back what I took back, unless they changed it, and no clash is what both did alike', () => {
  const base = labelsOf(label('a', 'right'), label('b', 'right'), label('c', 'right'));
  const theirs = labelsOf(label('a', 'right'), label('b', 'wrong'), label('c', 'wrong'));
  const { labels, clashes } = mergeLabels(base, theirs, labelsOf(label('c', 'wrong')));
  expect([...labels.values()].map(({ id }) => id)).toEqual(['b', 'c']);
  expect([...clashes]).toEqual([[labelKey(label('b', 'right')), undefined]]);
});

it.each([
  ['answers.labels.jsonl', true],
  ['deep/er/my answers (2).labels.jsonl', true],
  ['answers.jsonl', false],
  ['.labels.jsonl', false],
  ['deep/.labels.jsonl', false],
  ['*.labels.jsonl', false],
  ['{a,b}.labels.jsonl', false],
])('says whether %s can be a file of labels', (path, expected) => {
  expect(isLabelsFile(path)).toBe(expected);
});
