import { GraphError } from '@graft/graph';
import { expect, it } from 'vitest';
import { testContext } from '../kit/testing/test-context.ts';
import { judge } from './node.ts';
import {
  answer,
  judgeAll,
  prompt,
  type Say,
  ScriptedModel,
  when,
} from './testing/scripted-judge.ts';

const passages = ['Kilns are hot.', 'It is lit at 05:40.', 'Plates are round.'];
/** Two claims of the answer, one of the reference; only the second passage says anything. */
const sensible: Say = (asked) => {
  if (asked.includes('Split the answer')) {
    return asked.includes('Answer: At 05:40.')
      ? '- It is lit at 05:40.'
      : '- It is lit at 05:40.\n- It is red.';
  }
  if (asked.includes('Claims:'))
    return asked.includes('2. It is red.') ? '1: yes\n2: no' : '1: yes';
  if (asked.includes('Passage:')) return asked.includes('05:40.\n\nDoes') ? 'yes' : 'no';
  if (asked.includes('Noncommittal')) return 'Question: When was it lit?\nNoncommittal: no';
  return 'Yes.';
};

it('judges each answer, and tells what it asked and what was said', async () => {
  const model = new ScriptedModel(sensible);
  const lost = { id: 'q9', question: 'Lost?' };
  const { rows, judgements, log, progress } = await judgeAll(model, {
    answers: [answer(when, 'It is red and lit at 05:40 [2].')],
    prompts: [prompt(when, passages)],
    questions: [{ ...when, question: 'When is the kiln lit?' }, lost],
  });
  const values = {
    ...{ faithfulness: 0.5, answerRelevancy: 1, contextPrecision: 0.5, contextRecall: 1 },
    ...{ judgedAccuracy: 1, unparseable: 0 },
  };
  expect(rows).toEqual([
    { series: 'summary', values: { ...values, questions: 1 } },
    {
      ...{ series: 'questions', label: 'When is the kiln lit?', item: 'q1', question: 'q1' },
      values,
    },
  ]);
  expect(judgements.map(({ id, value }) => [id, value])).toEqual([
    ['q1/faithfulness', 0.5],
    ['q1/answerRelevancy', 1],
    ['q1/contextPrecision', 0.5],
    ['q1/contextRecall', 1],
    ['q1/judgedAccuracy', 1],
  ]);
  expect(judgements[0]).toMatchObject({
    ...{ item: 'q1', metric: 'faithfulness', answer: 'It is red and lit at 05:40.' },
    findings: [
      { text: 'It is lit at 05:40.', said: [true], verdict: true },
      { text: 'It is red.', said: [false], verdict: false },
    ],
    exchanges: [
      { asked: 'claims', repeat: 1, reply: '- It is lit at 05:40.\n- It is red.' },
      {
        ...{ asked: 'verdicts', repeat: 1, reply: '1: yes\n2: no' },
        prompt: expect.stringContaining('Passage 2:\nIt is lit at 05:40.\n\nPassage 3:'),
      },
    ],
  });
  expect(judgements[1]?.findings).toEqual([
    { text: 'When was it lit?', said: [true], verdict: true, similarity: 1 },
  ]);
  expect(model.requests).toHaveLength(9);
  expect(model.requests.every(({ system }) => system.startsWith('You judge'))).toBe(true);
  expect(log).toEqual([
    expect.stringMatching(/^warning q9: The question has no answer/),
    'info : 9 replies, 0 of them reused.',
  ]);
  expect(progress.at(-1)).toBe('1/1, 9 replies');
});

it('takes the majority of repeats, each with a seed of its own, and says how far they agree', async () => {
  const seeds = new Map<number, string>();
  const model = new ScriptedModel((_, { seed }) => {
    if (!seeds.has(seed)) seeds.set(seed, ['yes', 'no', 'no', 'what?'][seeds.size] ?? '');
    return seeds.get(seed) ?? '';
  });
  const params = { metrics: ['judgedAccuracy'], repeats: 4, temperature: 1, seed: 5, parallel: 1 };
  const { rows, judgements, log } = await judgeAll(model, {
    ...{ answers: [answer(when, 'At noon.')], params },
  });
  expect(rows[1]?.values).toEqual({ judgedAccuracy: 0, agreement: 1 / 3, unparseable: 1 / 4 });
  expect(judgements[0]?.findings).toEqual([
    { text: 'At noon.', said: [true, false, false, null], verdict: false },
  ]);
  expect(seeds.size).toBe(4);
  expect(seeds.keys().next().value).toBe(5);
  expect(log.at(-1)).toMatch(/^warning : Graft could not parse 1 of 4 replies\./);
});

it('counts what cannot be read apart, and never as 0', async () => {
  const model = new ScriptedModel((asked) =>
    asked.includes('At noon') ? 'The kiln, of course…' : 'yes',
  );
  const other = { ...when, id: 'q2' };
  const { rows, judgements, log } = await judgeAll(model, {
    answers: [answer(when, 'At noon.'), answer(other, 'At 05:40.')],
    params: { metrics: ['judgedAccuracy'] },
  });
  expect(rows.map(({ values }) => values)).toEqual([
    { judgedAccuracy: 1, unparseable: 0.5, questions: 2 },
    { unparseable: 1 },
    { judgedAccuracy: 1, unparseable: 0 },
  ]);
  expect(judgements[0]?.value).toBeUndefined();
  expect(judgements[0]?.exchanges[0]?.problem).toBe(
    'It is not in the form that was asked for. It was cut at max tokens.',
  );
  expect(log.at(-1)).toMatch(/^warning : Graft could not parse 1 of 2 replies/);
  const listing = new ScriptedModel((asked) =>
    asked.includes('Split the answer') ? '- It is lit.\n- It is…' : '1: yes\n2: yes',
  );
  const halfListed = await judgeAll(listing, {
    answers: [answer(when, 'It is lit and red.')],
    prompts: [prompt(when, passages)],
    params: { metrics: ['faithfulness'] },
  });
  expect(halfListed.rows[0]?.values).toEqual({ unparseable: 1, questions: 1 });
  const nonsense = await judgeAll(new ScriptedModel(() => 'kiln kiln'), {
    answers: [answer(when, 'At noon.')],
    params: { metrics: ['judgedAccuracy'] },
  });
  expect(nonsense.rows[0]?.values).toEqual({ unparseable: 1, questions: 1 });
  expect(nonsense.log.at(-1)).toMatch(/^warning : Graft could parse none of the judge’s 1 replies/);
});

it('gives no context metric where one passage has no verdict', async () => {
  const model = new ScriptedModel((asked) => (asked.includes('Plates') ? 'hm' : 'yes'));
  const { rows, judgements } = await judgeAll(model, {
    answers: [answer(when, 'At 05:40.')],
    prompts: [prompt(when, passages)],
    params: { metrics: ['contextPrecision'] },
  });
  expect(rows[1]?.values).toEqual({ unparseable: 1 / 3 });
  expect(judgements[0]?.findings.map(({ verdict }) => verdict)).toEqual([true, true, undefined]);
});

it('asks nothing of an answer that is empty or claims nothing', async () => {
  const model = new ScriptedModel(() => 'none');
  const abstaining = { ...when, id: 'q2' };
  const { rows } = await judgeAll(model, {
    answers: [answer(when, ' [1] '), answer(abstaining, 'I do not know.')],
    prompts: [prompt(when, passages), prompt(abstaining, passages)],
    params: { metrics: ['faithfulness', 'answerRelevancy', 'judgedAccuracy'] },
  });
  expect(rows.slice(1).map(({ values }) => values)).toEqual([
    { answerRelevancy: 0, judgedAccuracy: 0 },
    // Faithful to nothing is neither 0 nor 1; of the two others the reply cannot be read.
    { unparseable: 2 / 3 },
  ]);
  expect(model.requests).toHaveLength(3);
});

it('sets questions of one who evades at 0, and those of another direction lower', async () => {
  const said = ['no', 'yes'].map((word) => `Question: Who?\nNoncommittal: ${word}`);
  const values: unknown[] = [];
  for (const reply of said) {
    const { rows } = await judgeAll(new ScriptedModel(() => reply), {
      answers: [answer(when, 'At 05:40.')],
      params: { metrics: ['answerRelevancy'] },
    });
    values.push(rows[1]?.values['answerRelevancy']);
  }
  expect(values).toEqual([expect.closeTo(0.6, 6), 0]);
});

it('keeps what was said: another metric or one more repeat asks only for what is new', async () => {
  const { memo } = testContext();
  const model = new ScriptedModel(sensible);
  const setting = {
    ...{ answers: [answer(when, 'At 05:40.')], prompts: [prompt(when, passages)], memo },
  };
  const asked = async (params: object): Promise<number> => {
    const before = model.requests.length;
    await judgeAll(model, { ...setting, params });
    return model.requests.length - before;
  };
  expect(await asked({ metrics: ['contextPrecision'] })).toBe(3);
  expect(await asked({ metrics: ['contextPrecision', 'judgedAccuracy'] })).toBe(1);
  // At temperature 0 the seed changes nothing.
  expect(await asked({ metrics: ['contextPrecision'], seed: 9 })).toBe(0);
  const repeated = { metrics: ['judgedAccuracy'], temperature: 1 };
  expect(await asked({ ...repeated, repeats: 2 })).toBe(2);
  expect(await asked({ ...repeated, repeats: 3 })).toBe(1);
  expect(
    await asked({ metrics: ['judgedAccuracy'], rightPrompt: '{question}{reference}{answer}' }),
  ).toBe(1);
});

it('has the same sources whatever its metrics are: they belong to what its replies are kept by', () => {
  const sources = (params: object) => judge.sources?.(judge.params.parse(params));
  expect(sources({ metrics: ['judgedAccuracy'] })).toEqual(sources({}));
});

it('puts what stands in texts into prompts as it is', async () => {
  const model = new ScriptedModel(() => 'yes');
  await judgeAll(model, {
    answers: [answer(when, 'Say {question} and $& {reference}.')],
    params: { metrics: ['judgedAccuracy'] },
  });
  expect(model.requests[0]?.prompt).toContain('Given answer: Say {question} and $& {reference}.');
});

it('says that a small model cannot judge, in the log and beside the means', async () => {
  const model = new ScriptedModel(() => 'yes');
  const setting = { answers: [answer(when, 'At 05:40.')], params: { metrics: ['judgedAccuracy'] } };
  const small = await judgeAll(model, { ...setting, parameters: 134_515_008 });
  expect(small.log[0]).toMatch(
    /^warning : "scripted" is a model of 135 million parameters. Below a billion parameters, a model cannot judge/,
  );
  expect(small.rows[0]?.label).toBe('by a model of 135 million parameters, which cannot judge');
  const large = await judgeAll(model, setting);
  expect(large.rows[0]?.label).toBeUndefined();
  expect(large.log).toHaveLength(1);
});

it('goes on where one prompt is too long or refused, and says so', async () => {
  const model = new ScriptedModel((asked) => {
    if (asked.includes('At noon')) throw new GraphError('bad-input', 'This is not judged.');
    return 'yes';
  });
  const other = { ...when, id: 'q2' };
  const long = { ...when, id: 'q3' };
  const { rows, judgements, log } = await judgeAll(model, {
    answers: [
      answer(when, 'At noon.'),
      answer(other, 'At 05:40.'),
      answer(long, 'word '.repeat(4000)),
    ],
    params: { metrics: ['judgedAccuracy'] },
  });
  expect(rows.map(({ values }) => values['judgedAccuracy'])).toEqual([1, undefined, 1, undefined]);
  expect(rows[1]?.values).toEqual({});
  expect(judgements[0]?.exchanges).toEqual([
    expect.objectContaining({ problem: 'This is not judged.' }),
  ]);
  expect(judgements[0]?.exchanges[0]?.reply).toBeUndefined();
  expect(judgements[2]?.exchanges[0]?.problem).toMatch(/does not fit the context of 4096/);
  expect(log.at(-1)).toBe(
    'warning : Parts of 2 answers could not be judged. The first: This is not judged.',
  );
});

it('stops all at once where the judge fails or the step is cancelled, and keeps what was said', async () => {
  const { memo } = testContext();
  const answers = Array.from({ length: 20 }, (_, at) =>
    answer({ ...when, id: `q${at}` }, `At ${at}.`),
  );
  const setting = { answers, memo, params: { metrics: ['judgedAccuracy'], parallel: 2 } };
  const broken = new ScriptedModel((asked) => {
    if (asked.includes('At 3.')) throw new Error('broken');
    return 'yes';
  });
  await expect(judgeAll(broken, setting)).rejects.toThrow('broken');
  expect(broken.requests.length).toBeLessThan(20);
  const controller = new AbortController();
  const cancelling = new ScriptedModel(() => {
    controller.abort(new Error('cancelled'));
    return 'yes';
  });
  await expect(judgeAll(cancelling, { ...setting, signal: controller.signal })).rejects.toThrow(
    'cancelled',
  );
  const sound = new ScriptedModel(() => 'yes');
  await judgeAll(sound, setting);
  expect(sound.requests.length).toBeGreaterThan(0);
  expect(sound.requests.length).toBeLessThan(20);
});
