import { writeArtifact } from '@graft/engine';
import { Answers, type Answer, type ArtifactRef, type StepSummary } from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/memory';
import { expect, it } from 'vitest';
import { AnswerTokens, countSteps } from './variant-result.ts';

const step = (node: string, type: string, rest: Partial<StepSummary> = {}): StepSummary => ({
  ...{ node, type, status: 'succeeded', ms: 0, outputs: {} },
  ...rest,
});

it('takes the time of a loop for that of its rounds', () => {
  const steps = [
    step('ask', 'lines', { ms: 1 }),
    step('loop', 'repeat', { ms: 30 }),
    step('loop#1/generate', 'generate', { ms: 10, memory: 7 }),
    step('loop#2/generate', 'generate', { ms: 20 }),
    step('loop#collect/settled', 'gather-rows', { status: 'cached' }),
  ];
  expect(countSteps(steps)).toEqual({
    ...{ ms: 31, memory: 7 },
    steps: { total: 4, computed: 3, reused: 1 },
  });
});

it('counts what was read and written for each answer once, however often it is passed on', async () => {
  const artifacts = new MemoryArtifactStore();
  const answer = (id: string, tokens: number): Answer => ({
    ...{ id, question: { id, question: '?' }, text: id, citations: [] },
    ...{ promptTokens: tokens, completionTokens: 1, finishReason: 'stop' },
  });
  const stored = (...value: Answer[]): Promise<ArtifactRef> =>
    writeArtifact(artifacts, { port: 'answers', type: Answers, value });
  const [a, b, c] = [answer('a', 10), answer('b', 20), answer('b', 30)];
  const first = await stored(a, b);
  const settled = await stored(a);
  const second = await stored(c);
  const both = await stored(a, c);
  const given = (...refs: ArtifactRef[]): Pick<StepSummary, 'parts'> => ({
    parts: [{ name: 'input.answers', value: refs.map(({ digest }) => digest).join(' ') }],
  });
  const parts = [{ name: 'input.prompts', value: 'f'.repeat(64) }];
  const steps = [
    step('loop', 'repeat', { outputs: { settled: both, last: second } }),
    step('loop#1/generate', 'generate', { parts, outputs: { answers: first } }),
    step('loop#1/part', 'part-answers', { ...given(first), outputs: { settled } }),
    step('loop#2/generate', 'generate', { parts, outputs: { answers: second } }),
    step('twin', 'generate', { parts, status: 'cached', outputs: { answers: second } }),
    step('loop#collect/settled', 'gather-rows', {
      ...given(settled, second),
      outputs: { rows: both },
    }),
  ];
  const tokens = new AnswerTokens(artifacts);
  expect(await tokens.of(steps)).toBe(11 + 21 + 31);
  expect(await tokens.of([step('ask', 'lines')])).toBeUndefined();
});
