import { describe, expect, it } from 'vitest';
import { judge } from './node.ts';
import { answer, judgeAll, ScriptedModel, when } from './testing/scripted-judge.ts';

describe('is refused', () => {
  const noAnswer = { id: 'q4', question: 'Who?', answerable: false };
  it.each([
    { answers: [], message: 'No answers arrived. Connect the answers of a Generate node.' },
    {
      answers: [answer(when, 'x')],
      metrics: ['judgedAccuracy', 'faithfulness'],
      message:
        'The metric faithfulness needs passages (connect the prompts of the answers), which no answer has (1 answer).',
      port: 'prompts',
    },
    {
      answers: [answer({ id: 'q', question: 'Who?' }, 'x')],
      metrics: ['judgedAccuracy'],
      message: 'a reference (the field "reference" of the questions’ file)',
    },
    {
      answers: [answer(noAnswer, 'x')],
      metrics: ['answerRelevancy'],
      message: 'The metric answerRelevancy needs questions that have an answer',
    },
    { answers: [answer(noAnswer, 'x')], message: 'None of these answers can be judged' },
  ])('where it says: $message', async ({ answers, metrics = [], message, port = 'answers' }) => {
    const model = new ScriptedModel(() => 'yes');
    await expect(judgeAll(model, { answers, params: { metrics } })).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining(message),
      location: { node: 'node-1', port },
    });
    expect(model.requests).toEqual([]);
  });
});

it('says what the answers lack for some metrics, and gives the others', async () => {
  const bare = { id: 'q2', question: 'Who?' };
  const { rows, log } = await judgeAll(new ScriptedModel(() => 'yes'), {
    answers: [answer(when, 'At 05:40.'), answer(bare, 'Maud.')],
    params: { metrics: ['judgedAccuracy'] },
  });
  expect(rows.map(({ series, values }) => [series, values['judgedAccuracy']])).toEqual([
    ['summary', 1],
    ['questions', 1],
    ['no reference', undefined],
  ]);
  expect(log[0]).toBe(
    'warning : 1 of 2 answers lack a reference (the field "reference" of the questions’ file) and do not count in the mean of judged accuracy.',
  );
});

describe('checks', () => {
  const model = { id: 'm', digest: '', architecture: 'llama', contextLength: 2048 };
  const facts = { ...model, title: 'm', kind: 'language-model', size: 1 } as const;
  const clashes = (params: object, format: 'gguf' | 'safetensors' = 'gguf') =>
    judge.check?.(judge.params.parse({ context: 2048, ...params }), { model: { model } }, (id) =>
      id === 'm' ? { ...facts, format } : undefined,
    );
  it.each([
    [{}, []],
    [{ context: 4096 }, ['context']],
    [{ maxTokens: 2048 }, ['maxTokens']],
    [{ repeats: 3 }, ['repeats']],
    [{ repeats: 3, temperature: 0.7 }, []],
    [{ embedder: 'm' }, ['embedder']],
  ])('%j: %j', (params, wanted) => {
    expect(clashes(params)?.map(({ param }) => param)).toEqual(wanted);
  });

  it('the format of the model, and the places in prompts', () => {
    expect(clashes({}, 'safetensors')).toEqual([expect.objectContaining({ port: 'model' })]);
    // A remote one may be called like one of the catalogue.
    const remote = { url: 'http://127.0.0.1:1/v1', parallel: 1, timeout: 1, retries: 0 };
    const asked = { model: { model: { ...model, remote } } };
    const lookup = () => ({ ...facts, format: 'safetensors' }) as const;
    expect(judge.check?.(judge.params.parse({ context: 2048 }), asked, lookup)).toEqual([
      expect.objectContaining({ param: 'embedder' }),
    ]);
    expect(judge.params.safeParse({ usefulPrompt: '{question} {passage}' }).error?.message).toMatch(
      'must contain {reference}',
    );
  });
});
