import type { Passage } from '@graft/graph';
import { expect, it } from 'vitest';
import { type Asked, conversations } from './conversations.ts';

function passage(number: number, chunkId: string, path: string): Passage {
  const source = { documentId: path, path, title: path, start: 0, end: 1 };
  return {
    ...{ number, chunkId, start: 0, end: 1, score: 1 },
    source: { ...source, firstLine: 1, lastLine: 1 },
  };
}

/** Needs a passage that all have, and one that nobody else has. */
function needsTwo(at: number): Asked {
  const passages = [passage(1, 'common', 'a.md'), passage(2, `own-${at}`, 'b.md')];
  const question = {
    id: `q${at}`,
    question: `${at}?`,
    reference: 'x',
    documents: ['a.md', 'b.md'],
  };
  return {
    prompt: { id: `p${at}`, text: `${at}?`, passages, question, tokens: 1, dropped: 0 },
    ...{ kind: 'answer', answer: 'x', split: 'train' },
  };
}

// Each is looked at beside each other, so that it matters what a look costs.
it('gathers also where thousands share a passage, and none can be asked beside another', () => {
  const form = { unsupported: 'abstain', abstention: 'No.', citations: true } as const;
  const asked = Array.from({ length: 3_000 }, (_, at) => needsTwo(at));
  const all = [...conversations(asked, { size: 4, seed: 1, form })];
  expect(all).toHaveLength(3_000);
});
