import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { Comparison, evidenceTable, knownMetric } from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { writeArtifact } from './artifact-codec.ts';
import { ArtifactRows } from './artifact-rows.ts';
import { exportRows, type ExportFormat } from './export-rows.ts';

type TextFormat = Exclude<ExportFormat, 'arrow'>;

async function written(rows: readonly unknown[], format: TextFormat): Promise<string> {
  let text = '';
  async function* all(): AsyncGenerator<unknown> {
    yield* rows;
  }
  for await (const block of exportRows(all, format)) text += String(block);
  return text;
}

const answer = {
  id: 'q1',
  question: { id: 'q1', question: 'When?', reference: 'At noon.', documents: ['a.md', 'b.md'] },
  text: 'At noon, "sharp".\nAlways.',
  citations: [],
  promptTokens: 5,
  completionTokens: 7,
  finishReason: 'stop',
};

describe('rows for use elsewhere', () => {
  it('are JSON lines that hold all there is, vectors too', async () => {
    const rows = [answer, { id: 'v', vector: Float32Array.of(0.5, 1) }];
    const lines = (await written(rows, 'jsonl')).trim().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      answer,
      { id: 'v', vector: [0.5, 1] },
    ]);
  });

  it('are a table with the columns of all rows', async () => {
    const table: unknown = parse(
      await written([answer, { id: 'q2', text: '=1+1', score: -0.5, extra: [{ a: 1 }] }], 'csv'),
    );
    expect(table).toEqual([
      [
        ...['id', 'question.id', 'question.question', 'question.reference', 'question.documents'],
        ...['text', 'citations', 'promptTokens', 'completionTokens', 'finishReason'],
        ...['score', 'extra'],
      ],
      ['q1', 'q1', 'When?', 'At noon.', 'a.md; b.md', answer.text, '', '5', '7', 'stop', '', ''],
      ['q2', '', '', '', '', "'=1+1", '', '', '', '', '-0.5', '[{"a":1}]'],
    ]);
  });

  it('are text under the questions', async () => {
    expect(await written([answer], 'md')).toBe(
      '## When?\n\nAt noon, "sharp".\nAlways.\n\nReference: At noon.\n\n',
    );
    expect(await written([answer], 'txt')).toContain('When?\nAt noon');
  });

  it('are nothing of nothing', async () => {
    expect(await written([], 'jsonl')).toBe('');
    expect((await written([], 'csv')).trim()).toBe('');
  });
});

it('a table of variants is written as one', async () => {
  const accuracy = knownMetric('accuracy');
  const table = evidenceTable([{ name: 'as saved', settings: {}, repeats: [] }], {
    ...{ baseline: 'as saved', metrics: accuracy === undefined ? [] : [accuracy] },
  });
  const artifacts = new MemoryArtifactStore();
  const ref = await writeArtifact(artifacts, { port: 'out', type: Comparison, value: table });
  const exported = async (format: TextFormat): Promise<string> => {
    let text = '';
    for await (const part of new ArtifactRows(artifacts).export(ref, format)) text += String(part);
    return text;
  };
  expect(JSON.parse(await exported('jsonl'))).toEqual(table);
  expect(await exported('csv')).toMatch(
    /^variant,metric,direction,mean,.*\nas saved,accuracy,higher,,/,
  );
  expect(await exported('md')).toContain('| as saved (baseline) |');
});
