import { writeArtifact } from '@graft/engine';
import { Answers, Metrics, type Answer, type ArtifactRef, type StepSummary } from '@graft/graph';
import { MemoryArtifactStore } from '@graft/store/testing';
import { expect, it, vi } from 'vitest';
import { AnswerTokens, countSteps, readMetrics } from './variant-result.ts';

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

it('takes what all its steps paid to servers, unless a price is unknown', () => {
  const remote = { requests: 1, inputTokens: 9, outputTokens: 1, dollars: 0.25 };
  const steps = [
    step('embed', 'embed', { remote }),
    step('write', 'generate', { status: 'failed', remote }),
    step('reused', 'generate', { status: 'cached' }),
  ];
  expect(countSteps(steps)).toMatchObject({ dollars: 0.5 });
  const { dollars: _, ...unpriced } = remote;
  expect(countSteps([...steps, step('judge', 'judge', { remote: unpriced })])).not.toHaveProperty(
    'dollars',
  );
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

it('counts no tokens of answers that cannot be read, and looks again for the next run', async () => {
  const artifacts = new MemoryArtifactStore();
  const stored = await artifacts.put([Buffer.from('no JSON\n')]);
  const answers: ArtifactRef = { ...stored, mediaType: Answers.mediaType };
  const steps = [step('generate', 'generate', { outputs: { answers } })];
  const tokens = new AnswerTokens(artifacts);
  expect(await tokens.of(steps)).toBeUndefined();
  const answer: Answer = {
    ...{ id: 'a', question: { id: 'a', question: '?' }, text: 'a', citations: [] },
    ...{ promptTokens: 3, completionTokens: 1, finishReason: 'stop' },
  };
  vi.spyOn(artifacts, 'get').mockImplementation(async function* () {
    yield Buffer.from(`${JSON.stringify(answer)}\n`);
  });
  expect(await tokens.of(steps)).toBe(4);
});

it('says of metrics that cannot be read that the step is to be run again', async () => {
  const artifacts = new MemoryArtifactStore();
  const metrics = {
    ...(await artifacts.put([Buffer.from('{"a"\n')])),
    mediaType: Metrics.mediaType,
  };
  const steps = [step('grade', 'grade', { outputs: { metrics } })];
  const wanted = [{ node: 'grade', port: 'metrics', metric: 'score' }];
  await expect(readMetrics(artifacts, steps, wanted)).rejects.toMatchObject({
    code: 'store-damaged',
    message: expect.stringContaining('Run the step again'),
  });
});
