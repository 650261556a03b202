import { defineNode, Documents, type MissReason, type NodeType } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkpointText, ranBecause, reasonLine, reasonSentence } from './miss-reason.ts';

const definition = defineNode({
  type: 'probe',
  version: 1,
  implementation: 1,
  title: 'Probe',
  group: 'sources',
  doc: '',
  inputs: { documents: { type: Documents, doc: '' } },
  outputs: {},
  params: z.strictObject({ size: z.int().default(1).meta({ title: 'Chunk size' }) }),
  summary: () => [],
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
const line = (parts: { name: string; before?: string; after?: string }[]) =>
  reasonLine({ kind: 'changed', parts }, { ran: 'Ran again', definition });

describe('reasonLine', () => {
  it('names a parameter by its title, with its values', () => {
    expect(line([{ name: 'param.size', before: '512', after: '256' }])).toEqual({
      lead: 'Ran again because',
      changes: [{ what: 'chunk size', before: '512', after: '256' }],
    });
  });

  it('shows no digests', () => {
    const [before, after] = ['a'.repeat(64), 'b'.repeat(64)];
    expect(line([{ name: 'input.documents', before, after }]).changes).toEqual([
      { what: 'the input documents' },
    ]);
    expect(line([{ name: 'file.handbook/kilns.md', before, after }]).changes).toEqual([
      { what: 'handbook/kilns.md' },
    ]);
  });

  it('takes quotes off text', () => {
    expect(
      line([{ name: 'param.mode', before: '"dense"', after: '"hybrid"' }]).changes[0],
    ).toMatchObject({
      before: 'dense',
      after: 'hybrid',
    });
  });

  it('says what is true of a step that has no result to go by', () => {
    const lead = (reason: MissReason, of: NodeType = definition): string =>
      reasonLine(reason, { ran: 'Ran again', definition: of }).lead;
    expect(lead({ kind: 'first' })).toBe('Ran again for the first time in this file.');
    expect(lead({ kind: 'unfinished' })).toBe('Ran again because it did not finish last time.');
    const files: NodeType = { ...definition, items: { over: { files: 'size' }, batch: 1 } };
    expect([
      lead({ kind: 'incomplete', failed: 1 }, files),
      lead({ kind: 'incomplete', failed: 2 }),
    ]).toEqual([
      'Ran again to retry 1 file that failed last time.',
      'Ran again to retry 2 rows that failed last time.',
    ]);
  });

  it('says of a node that another type took the place of only that', () => {
    const parts = [
      { name: 'implementation', before: '2', after: '1' },
      { name: 'type', before: '"base-model"', after: '"probe"' },
      { name: 'param.size', after: '1' },
    ];
    expect(line(parts)).toEqual({
      lead: 'Ran again because this node was replaced: it is Probe now.',
      changes: [],
    });
  });

  it('names three changes and counts the rest', () => {
    const parts = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name: `file.${name}` }));
    expect(line(parts)).toMatchObject({ rest: 'and 2 more', changes: { length: 3 } });
  });
});

it('says what a training continues from, and where it was stopped', () => {
  const checkpoints = { from: 15, saved: 15 };
  expect(checkpointText({ status: 'running', checkpoints })).toBe(' Continues from step 15.');
  expect(checkpointText({ status: 'succeeded', checkpoints: { from: 15, saved: 120 } })).toBe(
    ' Continued from step 15.',
  );
  const stopped = { from: 0, saved: 15, stopped: { step: 15, checkpoint: 'saved' } } as const;
  expect(checkpointText({ status: 'cancelled', checkpoints: stopped })).toBe(
    ' Stopped at step 15. The next run continues from there.',
  );
  expect(checkpointText({ status: 'succeeded' })).toBe('');
});

describe('ranBecause', () => {
  const reason: MissReason = {
    kind: 'changed',
    parts: [
      { name: 'param.size', before: '512', after: '256' },
      { name: 'input.documents', before: 'a'.repeat(64), after: 'b'.repeat(64) },
    ],
  };

  it('says what became of the step, in words or as one text', () => {
    const line = ranBecause({ status: 'succeeded', reason }, definition);
    expect(line && reasonSentence(line)).toBe(
      'Ran again because chunk size 512 → 256 and the input documents changed.',
    );
    expect(ranBecause({ status: 'running', reason }, definition)?.lead).toBe('Running because');
    const first = ranBecause({ status: 'failed', reason: { kind: 'first' } }, definition);
    expect(first && reasonSentence(first)).toBe('Ran for the first time in this file.');
  });

  it('says nothing of a step that was reused, or whose reason nobody knows', () => {
    expect(ranBecause({ status: 'cached', reason }, definition)).toBeUndefined();
    expect(ranBecause({ status: 'succeeded' }, definition)).toBeUndefined();
  });
});
