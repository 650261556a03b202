import { GraphError, type LanguageModel, type Question, type QuestionHits } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import {
  type LeaningRun,
  leaningContext,
  modelInput,
  rowsOf,
} from '../kit/testing/leaning-model.ts';
import { chunkOf, hitOf } from '../kit/testing/question-rows.ts';
import { rowsInput, testContext } from '../kit/testing/test-context.ts';
import { hasPhrase } from './confidences.ts';
import { route } from './node.ts';
import { run } from './run.ts';

const questions: readonly Question[] = [
  { id: 'capital', question: 'What is the capital of France?' },
  { id: 'fare', question: 'How much is a ticket to Orsin Stage?' },
  { id: 'kiln', question: 'Who lights the eastern kiln?', answerable: false },
];
const none: LeaningRun = leaningContext(undefined);

interface Given {
  readonly hits?: readonly QuestionHits[];
  readonly ctx?: LeaningRun['ctx'];
}

async function send(params: object, { hits, ctx = none.ctx }: Given = {}) {
  const given = await run.run(
    ctx,
    {
      ...{ questions: rowsInput(questions), model: modelInput },
      hits: hits === undefined ? undefined : rowsInput(hits),
    },
    route.params.parse(params),
  );
  const ids = async (rows: Iterable<Question> | AsyncIterable<Question>) =>
    (await rowsOf(rows)).map(({ id }) => id);
  return {
    alone: await ids(given.alone),
    retrieve: await ids(given.retrieve),
    lookup: await ids(given.lookup),
    metrics: explained(route, await rowsOf(given.metrics)),
  };
}

describe('by rule', () => {
  it('sends all to retrieval where nothing is said', async () => {
    const { alone, retrieve, lookup } = await send({});
    expect([alone, retrieve, lookup]).toEqual([[], ['capital', 'fare', 'kiln'], []]);
  });

  it('goes by words, looking up before all else, and counts where each went', async () => {
    const params = { lookup: ['How much'], alone: ['capital of', 'ticket'] };
    const { alone, retrieve, lookup, metrics } = await send(params);
    expect([alone, retrieve, lookup]).toEqual([['capital'], ['kiln'], ['fare']]);
    expect(metrics.map(({ item, series, values }) => [item ?? series, values])).toEqual([
      [
        'summary',
        {
          ...{ alone: 1 / 3, lookup: 1 / 3, confidence: 0.5 },
          ...{ questions: 0, unanswerable: 1, withoutReference: 2 },
        },
      ],
      ['kiln', { alone: 0, lookup: 0, confidence: 0 }],
      ['fare', { alone: 0, lookup: 1 }],
      ['capital', { alone: 1, lookup: 0, confidence: 1 }],
    ]);
  });

  it.each([
    ['HOW  MUCH, then?', ['how much'], true],
    ['Show much?', ['how much'], false],
    ['How "much"?', ['how much'], true],
    ['Anything', ['', '!'], false],
  ])('%s has %j: %s', (text, phrases, has) => {
    expect(hasPhrase(text, phrases)).toBe(has);
  });
});

describe('by the nearest hit', () => {
  const near = (id: string, ...cosines: readonly (number | undefined)[]): QuestionHits => ({
    ...{ id, question: questions.find((one) => one.id === id) ?? { id, question: id } },
    hits: cosines.map((dense, at) =>
      hitOf(chunkOf(`${at}.md`, 'x'), at + 1, dense === undefined ? {} : { dense }),
    ),
  });

  it('answers alone what no hit is near to', async () => {
    const hits = [near('capital', 0.2, 0.3), near('fare', undefined, 0.8), near('kiln')];
    const { alone, retrieve, metrics } = await send({ by: 'cosine', threshold: 0.6 }, { hits });
    expect([alone, retrieve]).toEqual([['capital', 'kiln'], ['fare']]);
    expect(metrics.find(({ item }) => item === 'fare')?.values['confidence']).toBeCloseTo(0.2, 12);
  });

  it('refuses hits without a cosine, and a graph without hits', async () => {
    const hits = [near('capital', undefined)];
    await expect(send({ by: 'cosine' }, { hits })).rejects.toMatchObject({
      ...{ code: 'bad-input', location: { node: 'node-1', port: 'hits' } },
    });
    const params = route.params.parse({ by: 'cosine' });
    expect(route.check?.(params, {}, () => undefined)).toMatchObject([{ port: 'hits' }]);
  });
});

describe('by a model', () => {
  it('asks whether it knows, and counts what that took', async () => {
    const { ctx, asked } = leaningContext((prompt) => (prompt.includes('France') ? 0.6 : 0.2));
    const { alone, metrics } = await send({ by: 'asked', lookup: ['how much'] }, { ctx });
    expect(alone).toEqual(['capital']);
    expect(asked).toHaveLength(2);
    const row = metrics.find(({ item }) => item === 'capital');
    expect(row?.values).toEqual({
      ...{
        alone: 1,
        lookup: 0,
        promptTokens: 10,
        unjudged: 0,
        confidence: expect.closeTo(0.75, 12),
      },
    });
  });

  it('lets it draft an answer, and goes by how likely it finds that', async () => {
    const drafts: string[] = [];
    const model: Partial<LanguageModel> = {
      ...{ model: 'small', parallel: 2 },
      generate({ prompt, system, maxTokens, likelihood }) {
        drafts.push(`${system} ${maxTokens} ${prompt} ${likelihood}`);
        const completionTokens = prompt.includes('kiln') ? 0 : 4;
        const each = prompt.includes('France') ? Math.log(0.9) : Math.log(0.3);
        return Promise.resolve({
          ...{ text: 'It is.', promptTokens: 7, reusedTokens: 0, finishReason: 'stop' },
          ...{ completionTokens, logProbability: completionTokens * each },
        });
      },
    };
    const { backends } = testContext();
    const ctx = testContext({
      backends: { ...backends, languageModel: () => Promise.resolve(model as LanguageModel) },
    });
    const { alone, retrieve, metrics } = await send({ by: 'draft', threshold: 0.8 }, { ctx });
    expect([alone, retrieve]).toEqual([['capital'], ['fare', 'kiln']]);
    expect(drafts[0]).toBe('Answer in one short sentence. 24 What is the capital of France? true');
    expect(metrics.find(({ item }) => item === 'fare')?.values).toEqual({
      ...{ alone: 0, lookup: 0, confidence: expect.closeTo(0.3, 12) },
      ...{ promptTokens: 7, completionTokens: 4, unjudged: 0 },
    });
    await send({ by: 'draft', threshold: 0.1 }, { ctx });
    expect(drafts).toHaveLength(3);
  });

  it('retrieves for what does not fit, and asks the rest', async () => {
    const tooLong = (prompt: string): void => {
      if (!prompt.includes('kiln')) return;
      throw new GraphError('bad-input', 'the prompt has 9000 tokens');
    };
    const asking = leaningContext((prompt) => {
      tooLong(prompt);
      return 0.8;
    });
    const drafting: Partial<LanguageModel> = {
      ...{ model: 'small', parallel: 2 },
      async generate({ prompt }) {
        await Promise.resolve();
        tooLong(prompt);
        return {
          ...{ text: 'It is.', promptTokens: 7, reusedTokens: 0, finishReason: 'stop' },
          ...{ completionTokens: 1, logProbability: 0 },
        };
      },
    };
    const log: string[] = [];
    const { backends } = testContext();
    const draftingContext = testContext({
      backends: { ...backends, languageModel: () => Promise.resolve(drafting as LanguageModel) },
      log: (level, message) => log.push(`${level}: ${message}`),
    });
    for (const [by, ctx] of [
      ['asked', asking.ctx],
      ['draft', draftingContext],
    ] as const) {
      const { alone, retrieve, metrics } = await send({ by }, { ctx });
      expect([alone, retrieve]).toEqual([['capital', 'fare'], ['kiln']]);
      const valuesOf = (id: string) => metrics.find(({ item }) => item === id)?.values;
      expect(valuesOf('kiln')).toEqual({ alone: 0, lookup: 0, unjudged: 1 });
      expect(valuesOf('fare')).toMatchObject({ alone: 1, unjudged: 0 });
    }
    expect(log[0]).toBe(
      'warning: The model could not judge 1 of 3 questions; they go to retrieval. The first: The model cannot be asked about the question "kiln": the prompt has 9000 tokens.',
    );
    expect(asking.log[0]?.replace(' :', ':')).toBe(log[0]);
  });

  it('has to be there, and to tell probabilities', async () => {
    for (const by of ['asked', 'draft']) {
      const params = route.params.parse({ by });
      expect(route.check?.(params, {}, () => undefined)).toMatchObject([{ port: 'model' }]);
      await expect(send({ by })).rejects.toMatchObject({ location: { port: 'model' } });
    }
  });
});
