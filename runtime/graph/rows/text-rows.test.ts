import { describe, expect, it } from 'vitest';
import { Answers, Chunks, Documents, Embeddings, Index, Questions } from './port-types.ts';
import { rowsOfText } from './text-rows.ts';

describe('rowsOfText', () => {
  it('reads a question a line, with ids of their content', () => {
    const rows = rowsOfText(Questions, 'What is LoRA?\r\n\n  And RAG? \nWhat is LoRA?\n');
    expect(rows).toMatchObject([
      { question: 'What is LoRA?' },
      { question: 'And RAG?' },
      { question: 'What is LoRA?' },
    ]);
    const ids = rows.map((row) => (row as { id: string }).id);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(ids[2]).toBe(`${ids[0] ?? ''}-2`);
    // Equal text has equal ids wherever it stands.
    expect(rowsOfText(Questions, 'And RAG?')).toEqual([rows[1]]);
  });

  it('reads JSON Lines, and keeps the ids that are there', () => {
    const text = '{"id":"q1","question":"a","reference":"b"}\n{"question":"c"}\n';
    expect(rowsOfText(Questions, text)).toMatchObject([
      { id: 'q1', question: 'a', reference: 'b' },
      { question: 'c' },
    ]);
  });

  it('reads a text as one document', () => {
    expect(rowsOfText(Documents, '# Kilns\n\nThree of them.')).toMatchObject([
      { title: '# Kilns', text: '# Kilns\n\nThree of them.', mediaType: 'text/plain', line: 1 },
    ]);
  });

  it('says what cannot be given as text, and which line is wrong', () => {
    const refusal = (call: () => unknown): unknown => {
      try {
        call();
      } catch (error) {
        return error;
      }
      return expect.unreachable('it was accepted');
    };
    expect(refusal(() => rowsOfText(Index, 'x'))).toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('which is a folder'),
    });
    expect(refusal(() => rowsOfText(Embeddings, 'x'))).toMatchObject({ code: 'bad-input' });
    expect(refusal(() => rowsOfText(Questions, ' \n'))).toMatchObject({ code: 'bad-input' });
    expect(refusal(() => rowsOfText(Answers, 'plain words'))).toMatchObject({
      code: 'bad-row',
      location: { line: 1 },
    });
    expect(refusal(() => rowsOfText(Questions, '{"question":"a"}\n{"question":1}'))).toMatchObject({
      code: 'bad-row',
      location: { line: 2 },
      message: expect.stringContaining('"question"'),
    });
    expect(refusal(() => rowsOfText(Chunks, '{"id":"c","text":"t"}'))).toMatchObject({
      code: 'bad-row',
    });
  });
});

describe('rows that are given again', () => {
  const idsOf = (text: string): unknown[] =>
    rowsOfText(Questions, text).map((row) => Questions.schema.parse(row).id);

  it('are numbered, past ids that are taken', () => {
    const ids = ['a', 'a-2', 'a', 'a', 'a-2', 'b'];
    const rows = ids.map((id) => JSON.stringify({ id, question: 'q' }));
    expect(idsOf(rows.join('\n'))).toEqual(['a', 'a-2', 'a-3', 'a-4', 'a-2-2', 'b']);
  });

  it('are numbered from the last one on, however many there are', () => {
    // Looking from 2 each time would take 1,250,000,000 looks, far past the time of a test.
    const ids = idsOf('hello\n'.repeat(50_000));
    expect(new Set(ids).size).toBe(50_000);
    expect(String(ids.at(-1))).toMatch(/-50000$/);
  });
});
