import { Questions, type LoopProposal } from '@graft/graph';
import { expect, it } from 'vitest';
import { collectable, firstRepeatForm, repeatChoice, repeatInWords } from './repeat-form.ts';

const port = (node: string, name: string) => ({ node, port: name });
const proposal: LoopProposal = {
  states: [
    {
      ...{ input: 'questions', output: 'open', type: Questions },
      ...{ first: port('ask', 'questions'), next: port('part', 'open') },
    },
    {
      ...{ input: 'hints', output: 'open', type: Questions },
      ...{ first: port('hint', 'questions'), next: port('part', 'open') },
    },
  ],
  rows: [
    { output: 'answers', from: port('answer', 'answers') },
    { output: 'open', from: port('part', 'open') },
  ],
  seeds: [{ node: 'answer', param: 'seed' }],
};
const words = {
  title: ({ node }: { readonly node: string }) => node,
  rows: ({ node }: { readonly node: string }) => (node === 'part' ? undefined : '12 questions'),
};

it('proposes the first pair that fits, until nothing is left, and collects the rest', () => {
  const form = firstRepeatForm(proposal);
  expect(repeatChoice(proposal, form)).toEqual({
    ...{ name: 'repeat', limit: 5, while: 'questions', collect: ['answers'] },
    states: [proposal.states[0]],
    round: { node: 'answer', param: 'seed' },
  });
  expect(repeatInWords(proposal, form, words)).toEqual([
    'Round 1 reads “ask” (12 questions in the last run). Each further round reads “part” of the round before instead.',
    'It ends when “part” is empty, or after 5 rounds.',
    '“answer” of all rounds is collected: of rows with the same id, the last one stays.',
  ]);
});

it('offers to collect what does not go round', () => {
  const form = { ...firstRepeatForm(proposal), feeds: {} };
  expect(collectable(proposal, form).map(({ output }) => output)).toEqual(['answers', 'open']);
  expect(repeatInWords(proposal, form, words)).toEqual([]);
});

it.each([
  [{ feeds: {} }, 'Choose what goes into the next round.'],
  [{ feeds: { questions: 'open', hints: 'open' } }, 'Two inputs would get the same output.'],
  [{ limit: '0' }, 'whole number from 1 to 1000'],
  [{ limit: '2.5' }, 'whole number from 1 to 1000'],
  [{ limit: '' }, 'whole number from 1 to 1000'],
])('says why %j makes no loop', (part, reason) => {
  expect(repeatChoice(proposal, { ...firstRepeatForm(proposal), ...part })).toContain(reason);
});

it('ends by the limit alone where what should run out does not go round', () => {
  const form = { ...firstRepeatForm(proposal), until: 'hints', name: 'Ask again' };
  const choice = repeatChoice(proposal, form);
  expect(choice).toMatchObject({ name: 'ask-again', title: 'Ask again' });
  expect(choice).not.toHaveProperty('while');
  expect(repeatInWords(proposal, form, words)[1]).toBe(
    'It ends after 5 rounds, or when a round changes nothing.',
  );
});

it('has nothing to propose where nothing fits', () => {
  const empty: LoopProposal = { states: [], rows: proposal.rows, seeds: [] };
  expect(repeatChoice(empty, firstRepeatForm(empty))).toContain('Choose what goes');
});
