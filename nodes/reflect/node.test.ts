import { type Answer, answerVerdict, GraphError, type Question } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { leaningContext, modelInput, rowsOf } from '../kit/testing/leaning-model.ts';
import { answerOf, promptOf } from '../kit/testing/question-rows.ts';
import { rowsInput } from '../kit/testing/test-context.ts';
import { standingByWords } from './by-words.ts';
import { reflect } from './node.ts';
import { run } from './run.ts';

const passages = [
  'The western kiln cools for 31 hours.',
  'The eastern kiln is lit at 05:40 by Ada Thorn, the night guard.',
];
const when: Question = { id: 'q1', question: 'When is the eastern kiln lit?' };
const who: Question = { id: 'q2', question: 'Who lights the eastern kiln?' };
const parrot: Question = { id: 'q3', question: 'What is the parrot called?', answerable: false };

describe('by words', () => {
  const standing = (question: Question, text: string, more: Partial<Answer> = {}) =>
    standingByWords(
      answerOf(question, text, more),
      passages.map((passage) => ({ title: 'Kilns', text: passage })),
    );

  it.each<{ text: string; question: Question; supported: number; useful: number }>([
    { text: 'The eastern kiln is lit at 05:40 [2].', question: when, supported: 1, useful: 1 },
    { text: 'The eastern kiln is lit at 06:15 [2].', question: when, supported: 0.27, useful: 1 },
    { text: 'By Ada Thorn.', question: when, supported: 1, useful: 0 },
    { text: 'Ada Thorn.', question: who, supported: 1, useful: 0.67 },
    { text: 'Bert Miller.', question: who, supported: 0, useful: 0.67 },
    // Copied from another place.
    { text: '31 hours.', question: who, supported: 1, useful: 0.33 },
    // The question again.
    { text: 'The eastern kiln lights.', question: who, supported: 0.67, useful: 0 },
    { text: 'The handbook does not say.', question: parrot, supported: 0, useful: 0 },
    { text: ' ', question: parrot, supported: 0, useful: 0 },
    { text: 'Yes.', question: who, supported: 0.67, useful: 0.67 },
  ])('$text', ({ text, question, ...expected }) => {
    const found = standing(question, text);
    expect(found.supported).toBeCloseTo(expected.supported, 2);
    expect(found.useful).toBeCloseTo(expected.useful, 2);
  });

  it('takes what was cut off for no use', () => {
    expect(standing(who, 'Ada Thorn and', { finishReason: 'length' }).useful).toBe(0);
  });
});

interface Given {
  readonly answers: readonly Answer[];
  readonly before?: readonly Answer[];
  readonly params?: object;
  readonly model?: ReturnType<typeof leaningContext>;
}

async function look({ answers, before, params = {}, model = leaningContext(() => 0.5) }: Given) {
  const prompts = answers.map(({ question }) => promptOf(question, passages));
  const given = await run.run(
    model.ctx,
    {
      ...{ answers: rowsInput(answers), prompts: rowsInput(prompts), model: modelInput },
      before: before === undefined ? undefined : rowsInput(before),
    },
    reflect.params.parse(params),
  );
  return {
    answers: await rowsOf(given.answers),
    open: (await rowsOf(given.open)).map(({ id }) => id),
    verdicts: await rowsOf(given.verdicts),
    metrics: explained(reflect, await rowsOf(given.metrics)),
    log: model.log,
  };
}

const right = answerOf(when, 'At 05:40.');
const wrong = answerOf(who, 'Bert Miller.', {
  citations: [{ number: 1, chunkId: 'c', source: sourceOf(), by: 'written' }],
});
const invented = answerOf(parrot, 'Its name is Polly.');

function sourceOf() {
  const [passage] = promptOf(who, passages).passages;
  if (passage === undefined) throw new Error('There is no passage.');
  return passage.source;
}

describe('reflecting', () => {
  it('lets stand what is supported and useful, and knows the rest no more', async () => {
    const { answers, open, metrics, log } = await look({ answers: [right, wrong, invented] });
    expect(answers.map(({ text, citations }) => [text, citations.length])).toEqual([
      ['At 05:40.', 0],
      ['I do not know.', 0],
      ['I do not know.', 0],
    ]);
    expect(open).toEqual(['q2', 'q3']);
    // As evaluate counts it.
    expect(answers.map(answerVerdict)).toEqual(['no reference', 'no reference', 'right']);
    expect(metrics.map(({ item, values }) => [item, values['answered']])).toEqual([
      [undefined, 1 / 3],
      ...[
        ['q3', 0],
        ['q1', 1],
        ['q2', 0],
      ],
    ]);
    expect(log).toEqual(['info : 1 of 3 answers passed the checks.']);
  });

  it('keeps each answer as it was given, and says in words why it does not stand', async () => {
    const cut = answerOf({ ...when, reference: '05:40' }, 'At 05', { finishReason: 'length' });
    const { verdicts } = await look({ answers: [right, wrong, invented, { ...cut, id: 'cut' }] });
    expect(
      verdicts.map(({ item, value, answer, findings }) => [item, value, answer, findings]),
    ).toEqual([
      [
        ...['q1', 1, 'At 05:40.'],
        [
          { text: 'The passages bear it out by 1.00; 0.60 is needed.', said: [], verdict: true },
          { text: 'It answers what was asked by 1.00; 0.30 is needed.', said: [], verdict: true },
        ],
      ],
      [
        ...['q2', 0, 'Bert Miller.'],
        [
          {
            text: 'The passages bear it out by 0.00, and 0.60 is needed.',
            ...{ said: [], verdict: false },
          },
          { text: 'It answers what was asked by 0.67; 0.30 is needed.', said: [], verdict: true },
        ],
      ],
      [
        ...['q3', 0, 'Its name is Polly.'],
        [
          {
            text: 'The passages bear it out by 0.00, and 0.60 is needed.',
            ...{ said: [], verdict: false },
          },
          {
            text: 'It answers what was asked by 0.00, and 0.30 is needed.',
            ...{ said: [], verdict: false },
          },
        ],
      ],
      [
        'cut',
        0,
        'At 05',
        expect.arrayContaining([expect.objectContaining({ text: 'It was cut off.' })]),
      ],
    ]);
    expect(verdicts.at(-1)?.question).toEqual({
      id: 'q1',
      question: when.question,
      reference: '05:40',
    });
  });

  it.each([
    ['', 'stop', 'It is empty.'],
    ['The handbook does not say.', 'stop', 'The answer itself says that it does not know.'],
    ['The eastern kiln is lit.', 'stop', 'It only says the question again.'],
    ['By Ada Thorn.', 'stop', 'It has no number or time, for which the question asks.'],
  ] as const)('says of “%s” what it is instead of an answer', async (text, finishReason, why) => {
    const { verdicts } = await look({ answers: [answerOf(when, text, { finishReason })] });
    expect(verdicts[0]?.findings[0]).toEqual({ text: why, said: [], verdict: false });
    const params = { supported: 0, useful: 0 };
    const lenient = await look({ answers: [answerOf(when, text, { finishReason })], params });
    expect(lenient.verdicts).toMatchObject([{ value: 1, findings: [] }]);
  });

  it('tells a figure from the one that is needed by as many digits as that takes', async () => {
    const params = { supported: 0, useful: 0.6667 };
    const { verdicts } = await look({ answers: [answerOf(who, 'Ada Thorn.')], params });
    expect(verdicts[0]?.findings.map(({ text }) => text)).toEqual([
      'It answers what was asked by 0.66667, and 0.66670 is needed.',
    ]);
  });

  it('takes the place of earlier answers, and adds up their tokens', async () => {
    const before = [answerOf(parrot, 'I do not know.'), answerOf(who, 'I do not know.')];
    const { answers, open } = await look({ answers: [answerOf(who, 'Ada Thorn.')], before });
    expect(
      answers.map(({ id, text, promptTokens, completionTokens }) => [
        id,
        text,
        promptTokens,
        completionTokens,
      ]),
    ).toEqual([
      ['q3', 'I do not know.', 10, 2],
      ['q2', 'Ada Thorn.', 20, 4],
    ]);
    expect(open).toEqual([]);
  });

  it('lets all stand where nothing is asked', async () => {
    const params = { supported: 0, useful: 0 };
    const { answers, open } = await look({ answers: [right, wrong, invented], params });
    expect(answers).toEqual([right, wrong, invented]);
    expect(open).toEqual([]);
  });

  it('says that a prompt is missing, and that nothing supports the answer then', async () => {
    const { ctx, log } = leaningContext(() => 1);
    const { open } = await run.run(
      ctx,
      { answers: rowsInput([right]), prompts: rowsInput([]), model: undefined, before: undefined },
      reflect.params.parse({}),
    );
    expect(await rowsOf(open)).toEqual([when]);
    expect(log[0]).toBe('warning q1: No prompt of this answer arrives, so nothing supports it.');
  });
});

describe('a model that judges', () => {
  it('is asked for support and use of what says something, and its tokens are counted', async () => {
    const model = leaningContext((prompt) => (prompt.includes('Polly') ? 0.2 : 0.8));
    const silent = answerOf(who, 'The handbook does not say.');
    const { answers, metrics } = await look({
      ...{ answers: [right, silent, invented], params: { by: 'model' }, model },
    });
    expect(answers.map(({ text, promptTokens }) => [text, promptTokens])).toEqual([
      ['At 05:40.', 30],
      ['I do not know.', 10],
      ['I do not know.', 30],
    ]);
    expect(model.asked).toHaveLength(4);
    expect(model.asked.filter((prompt) => prompt.includes(passages.join('\n\n')))).toHaveLength(2);
    expect(metrics.find(({ item }) => item === 'q1')?.values['supported']).toBeCloseTo(
      0.8 / 0.9,
      12,
    );
  });

  it('is asked for nothing that does not count', async () => {
    const model = leaningContext(() => 0.9);
    await look({ answers: [right], params: { by: 'model', supported: 0 }, model });
    expect(model.asked).toHaveLength(1);
  });

  it('that cannot read a prompt judges the other answers; what it could not be asked does not stand', async () => {
    const model = leaningContext((prompt) => {
      // The question for use alone would fit.
      if (!prompt.includes('Polly') || !prompt.includes(passages[0] ?? '')) return 0.8;
      throw new GraphError('bad-input', 'the prompt has 9000 tokens');
    });
    const { answers, open, verdicts, metrics, log } = await look({
      ...{ answers: [right, invented], params: { by: 'model' }, model },
    });
    expect(answers.map(({ text, promptTokens }) => [text, promptTokens])).toEqual([
      ['At 05:40.', 30],
      ['I do not know.', 20],
    ]);
    expect(open).toEqual(['q3']);
    expect(verdicts[1]?.value).toBeUndefined();
    expect(verdicts[1]?.findings).toEqual([
      {
        text: 'The model cannot be asked about the answer "q3": the prompt has 9000 tokens.',
        said: [],
      },
      { text: 'It answers what was asked by 0.89; 0.30 is needed.', said: [], verdict: true },
    ]);
    expect(metrics.map(({ item, values }) => [item, values])).toEqual([
      [undefined, expect.objectContaining({ answered: 0.5, unjudged: 0.5 })],
      ['q3', { answered: 0, useful: expect.closeTo(0.8 / 0.9, 12), unjudged: 1 }],
      ['q1', expect.objectContaining({ answered: 1, unjudged: 0 })],
    ]);
    expect(log).toContain(
      'warning : The model could not judge 1 of 2 answers; they count as failed. The first: The model cannot be asked about the answer "q3": the prompt has 9000 tokens.',
    );
  });

  it('has to tell probabilities', async () => {
    const model = leaningContext(undefined);
    await expect(look({ answers: [right], params: { by: 'model' }, model })).rejects.toMatchObject({
      ...{ code: 'bad-input', location: { node: 'node-1', port: 'model' } },
      message: '"small" does not report the probabilities of its words. Connect a Base model.',
    });
  });
});
