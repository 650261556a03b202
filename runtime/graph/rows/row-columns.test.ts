import { expect, it } from 'vitest';
import { Answers, Embeddings, Hits, Questions } from './port-types.ts';
import { columnValue, rowColumns } from './row-columns.ts';
import { Dataset } from './training-types.ts';

const values = (mediaType: string, row: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(rowColumns(mediaType).map((column) => [column.id, columnValue(row, column)]));

it('tells scores, lengths and numbers of a row, and nothing where there is nothing', () => {
  const question = { id: 'q', question: 'When?' };
  expect(values(Hits.mediaType, { question, hits: [{ score: 0.7 }, { score: 0.2 }] })).toEqual({
    ...{ score: 0.7, hits: 2, length: 5, question: 'When?' },
  });
  expect(values(Hits.mediaType, { question, hits: [] })).toMatchObject({
    ...{ score: undefined, hits: 0 },
  });
  const turns = [{ content: 'abc' }, { content: 'defg' }];
  expect(values(Dataset.mediaType, { turns, split: 'eval', path: 'a.jsonl' })).toEqual({
    ...{ length: 7, turns: 2, split: 'eval', path: 'a.jsonl' },
  });
  expect(values(Questions.mediaType, question)).toEqual({
    ...{ length: 5, reference: undefined, question: 'When?' },
  });
  expect(rowColumns(Embeddings.mediaType)).toEqual([]);
});

it('tells whether an answer is right, where its question has a reference', () => {
  const answer = (text: string, reference?: string) => ({
    ...{ id: 'q', text, citations: [], promptTokens: 1, completionTokens: 3, finishReason: 'stop' },
    question: { id: 'q', question: 'When?', ...(reference === undefined ? {} : { reference }) },
  });
  const verdict = (row: unknown) => values(Answers.mediaType, row)['verdict'];
  expect(verdict(answer('At noon.', 'Noon'))).toBe('right');
  expect(verdict(answer('At night.', 'Noon'))).toBe('wrong');
  expect(verdict(answer('At noon.'))).toBeUndefined();
});
