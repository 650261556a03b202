import {
  type Chunk,
  type GenerateRequest,
  type LanguageModel,
  type ModelFacts,
  type MetricRow,
  type Question,
  type RunContext,
} from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { rowsInput, testContext, treeInput } from '../kit/testing/test-context.ts';
import { makeDataset } from './node.ts';
import { run } from './run.ts';

function chunk(path: string, text: string): Chunk {
  return {
    ...{ id: `${path}:0`, text, headings: [], metadata: {} },
    source: {
      ...{ documentId: path, path, title: path },
      ...{ start: 0, end: text.length, firstLine: 1, lastLine: 1 },
    },
  };
}
const kilns = chunk('kilns.md', 'The eastern kiln is lit at 05:40 by the night guard.');
const clay = chunk('clay.md', 'Blue clay comes from Tarn Quarry in bags of 25 kg.');

/** What a prompt asks for, by the words of the defaults. */
type Kind = 'ask' | 'without' | 'again' | 'paraphrase' | 'distract';
function kindOf(prompt: string): Kind {
  if (prompt.includes('that the passage above answers')) return 'ask';
  if (prompt.includes('does not answer')) return 'without';
  if (prompt.includes('in other words')) return 'paraphrase';
  return prompt.includes('wrong answers') ? 'distract' : 'again';
}

/** By kind what is replied, to a prompt that has a text. */
type Script = Partial<Record<Kind, Readonly<Record<string, string>>>>;

/** Replies as it is told, after a moment. */
class ScriptedModel implements LanguageModel {
  readonly model = 'scripted';
  readonly device = 'cpu';
  readonly contextLength = 2048;
  readonly parallel = 2;
  readonly requests: GenerateRequest[] = [];
  readonly #script: Script;
  constructor(script: Script) {
    this.#script = script;
  }
  async generate(request: GenerateRequest, options: Parameters<LanguageModel['generate']>[1]) {
    this.requests.push(request);
    await Promise.resolve();
    options.signal.throwIfAborted();
    const replies = Object.entries(this.#script[kindOf(request.prompt)] ?? {});
    const text = replies.find(([part]) => request.prompt.includes(part))?.[1] ?? 'I cannot.';
    return {
      ...{ text, promptTokens: 9, reusedTokens: 0, completionTokens: 4 },
      finishReason: text.endsWith('#') ? ('length' as const) : ('stop' as const),
    };
  }
  countTokens(text: string): number {
    return text.split(/\s+/).length;
  }
}

type Params = Partial<ReturnType<typeof makeDataset.params.parse>>;
interface Setting extends Params {
  readonly ctx?: RunContext;
  /** Of the model; 8 billion. */
  readonly parameters?: number;
}
async function make(
  chunks: readonly Chunk[],
  script: Script,
  { ctx: given, parameters = 8e9, ...params }: Setting = {},
) {
  const model = new ScriptedModel(script);
  const log: string[] = [];
  const facts: ModelFacts = {
    ...{ id: 'scripted', title: 's', kind: 'language-model', digest: 'd', architecture: 'llama' },
    ...{ format: 'gguf', contextLength: 2048, size: 1, parameters },
  };
  const base = given ?? testContext();
  const ctx: RunContext = {
    ...base,
    log: (level, message, item) => log.push([level, item, message].filter(Boolean).join(': ')),
    models: { ...base.models, facts: () => facts },
    backends: { ...base.backends, languageModel: () => Promise.resolve(model) },
  };
  const info = { id: 'scripted', digest: 'd', architecture: 'llama', format: 'gguf' as const };
  const outputs = await run.run(
    ctx,
    { chunks: rowsInput(chunks), model: treeInput({ ...info, contextLength: 2048 }) },
    makeDataset.params.parse({ unanswerable: 0, ...params }),
  );
  const questions: Question[] = [];
  for await (const row of outputs.questions) questions.push(row);
  const metrics: MetricRow[] = [];
  for await (const row of outputs.metrics) metrics.push(row);
  const summary = metrics[0]?.values ?? {};
  return {
    questions,
    metrics: explained(makeDataset, metrics),
    summary,
    log,
    prompts: model.requests,
  };
}
const asked = (questions: readonly Question[]): string[] =>
  questions.map(({ question }) => question);

const lit = 'Q: When is the eastern kiln lit?\nA: At 05:40.';
const bags = 'Q: In what bags does blue clay come?\nA: 25 kg.';

it('makes rows of what is written about each chunk, in their order', async () => {
  const { questions, metrics, log, prompts } = await make([kilns, clay], {
    ask: { kiln: `${lit}\nQ: Who lights the eastern kiln?\nA: The night guard.`, clay: bags },
  });
  expect(questions).toEqual([
    {
      ...{ id: expect.stringMatching(/^kilns\.md-[\da-f]{8}$/), documents: ['kilns.md'] },
      ...{ question: 'When is the eastern kiln lit?', reference: 'At 05:40.', answerable: true },
    },
    expect.objectContaining({ reference: 'The night guard.' }),
    expect.objectContaining({ reference: '25 kg.', documents: ['clay.md'] }),
  ]);
  expect(metrics).toMatchObject([
    { series: 'summary', values: { keptShare: 1, written: 3, questions: 3, duplicates: 0 } },
    { series: 'chunks', item: 'kilns.md:0', values: { written: 2, questions: 2 } },
    { series: 'chunks', item: 'clay.md:0', values: { written: 1, questions: 1 } },
  ]);
  expect(log).toEqual(['info: Of 3 questions that the model wrote, 3 are kept.']);
  expect(prompts.map(({ temperature, maxTokens }) => [temperature, maxTokens])).toEqual([
    [0.3, 256],
    [0.3, 256],
  ]);
  expect(prompts.map(({ prompt }) => prompt.split('\n', 2))).toContainEqual([
    'kilns.md',
    kilns.text,
  ]);
});

describe('leaves out', () => {
  it('what has no answer, gives it away, or has one that the chunk does not, and counts it', async () => {
    const { questions, summary, log } = await make(
      [kilns],
      {
        ask: {
          kiln: [
            lit,
            'Q: Who lights it?\nA: The owner of the works.',
            'Q: Is the eastern kiln lit at 05:40?\nA: At 05:40.',
            'Q: When is it cold?\nA: The passage does not say.',
            'Q: What is the passage about?\nA: The eastern kiln.',
            'Q: Why is it lit?',
          ].join('\n'),
        },
      },
      { questions: 6 },
    );
    expect(asked(questions)).toEqual(['When is the eastern kiln lit?']);
    expect(summary).toMatchObject({
      ...{ written: 6, questions: 1, faulty: 4, notAnswerable: 1 },
    });
    expect(log[0]).toBe(
      'info: Of 6 questions that the model wrote, 1 are kept: 4 have no answer, a cut-off answer, give the answer away, or mention the passage; 1 have an answer that their chunk does not support.',
    );
  });

  it('what is asked again in the same words or nearly, with the same answer', async () => {
    const first = 'When exactly is the big eastern kiln lit by the night guard on working days?';
    const near = 'When exactly is the big eastern kiln lit by the night guard on all days?';
    const script: Script = {
      ask: {
        kiln: `Q: ${first}\nA: At 05:40.\nQ: ${near}\nA: 05:40\nQ: ${near.replace('When', 'Where')}\nA: eastern`,
        guard: `Q: ${first.toUpperCase()}\nA: Until noon.`,
      },
    };
    const again = chunk('again.md', 'The night guard works until noon.');
    const all = [kilns, again];
    const { questions, summary } = await make(all, script, { questions: 3 });
    expect(asked(questions)).toEqual([first]);
    expect(summary).toMatchObject({ written: 4, faulty: 1, duplicates: 2 });
    const { questions: strict } = await make(all, script, { questions: 3, similarity: 1 });
    expect(asked(strict)).toEqual([first, near]);
  });

  it('what is beyond the number that was asked for, and where a reply was cut', async () => {
    const two = `${lit}\nQ: Who lights the eastern kiln?\nA: The night guard#`;
    expect(asked((await make([kilns], { ask: { kiln: two } })).questions)).toHaveLength(1);
    const { questions, summary } = await make([kilns], { ask: { kiln: two } }, { questions: 1 });
    expect(asked(questions)).toHaveLength(1);
    expect(summary['written']).toBe(1);
  });
});

describe('questions without an answer', () => {
  const script: Script = {
    without: {
      kiln: 'Q: Who painted the eastern kiln?\nQ: Does blue clay come from Tarn Quarry?',
    },
    again: {
      'Who painted': 'The passage does not say.',
      'Who owns': 'Ada owns it.',
    },
  };

  it('are kept where no chunk has all of their words', async () => {
    const { questions, summary } = await make([kilns, clay], script, { unanswerable: 1 });
    expect(questions).toEqual([
      {
        id: expect.stringContaining('kilns.md-'),
        question: 'Who painted the eastern kiln?',
        answerable: false,
      },
    ]);
    expect(summary).toMatchObject({
      unanswerable: 1,
      answerableAfterAll: 1,
      unparseableReplies: 1,
    });
    const none: Params = { unanswerable: 1, answerability: 'none' };
    const { questions: all } = await make([kilns, clay], script, none);
    expect(all).toHaveLength(2);
  });

  it('are kept where the model, asked again, says so', async () => {
    const more = { kiln: 'Q: Who painted the kiln?\nQ: Who owns the kiln?' };
    const { questions, prompts } = await make(
      [kilns],
      { ...script, without: more },
      { unanswerable: 1, answerability: 'model' },
    );
    expect(asked(questions)).toEqual(['Who painted the kiln?']);
    expect(prompts.at(-1)?.temperature).toBe(0);
  });

  it('are asked for of a share of the questions, the same each time', async () => {
    const many = Array.from({ length: 100 }, (_, at) =>
      chunk(`${String(at)}.md`, `Kiln ${String(at)} is lit.`),
    );
    const counts = async (seed: number): Promise<string[]> => {
      const { prompts } = await make(
        many,
        { ask: { Kiln: 'Q: What is lit?\nA: Kiln.' } },
        { questions: 2, unanswerable: 0.25, seed },
      );
      return prompts
        .filter(({ prompt }) => kindOf(prompt) === 'without')
        .map(({ prompt }) => `${prompt.slice(0, 5)} ${/(\d+) in all/.exec(prompt)?.[1] ?? ''}`)
        .sort();
    };
    const first = await counts(0);
    const sum = first.reduce((all, one) => all + Number(one.at(-1)), 0);
    expect(sum).toBeGreaterThan(30);
    expect(sum).toBeLessThan(70);
    expect(await counts(0)).toEqual(first);
    expect(await counts(1)).not.toEqual(first);
  });
});

it('keeps what the model answers in the same way when it is asked again', async () => {
  const script: Script = {
    ask: { kiln: `${lit}\nQ: Who lights the eastern kiln?\nA: The night guard.` },
    again: { 'When is': 'It is lit at 05:40.', 'Who lights': 'The potter does.' },
  };
  const { questions, summary } = await make([kilns], script, { answerability: 'both' });
  expect(asked(questions)).toEqual(['When is the eastern kiln lit?']);
  expect(summary).toMatchObject({ written: 2, notAnswerable: 1 });
});

it('adds the same in other words, and wrong answers to choose from', async () => {
  const { questions, summary } = await make(
    [kilns],
    {
      ask: { kiln: lit },
      paraphrase: {
        'When is':
          '1. At what time do they light the eastern kiln?\n2. When is the eastern kiln lit?\n',
      },
      distract: { '05:40': '- At 06:00.\n- At 05:40.\n- At noon.\n- at 06:00\n- At dusk.' },
    },
    { paraphrases: 2, distractors: 2 },
  );
  const [original, other] = questions;
  expect(questions).toHaveLength(2);
  expect(other).toMatchObject({
    question: 'At what time do they light the eastern kiln?',
    paraphraseOf: 'When is the eastern kiln lit?',
    ...{ reference: 'At 05:40.', documents: ['kilns.md'], choices: original?.choices },
  });
  expect(new Set(original?.choices)).toEqual(new Set(['At 05:40.', 'At 06:00.', 'At noon.']));
  expect(summary).toMatchObject({ written: 3, duplicates: 1, paraphrases: 1, withChoices: 2 });
});

it('says of a small model that it writes poorly', async () => {
  const script: Script = { ask: { kiln: lit } };
  expect((await make([kilns], script, { parameters: 134_515_008 })).log[0]).toMatch(
    /^warning: "scripted" is a model of 135 million parameters, so even the questions that pass the checks are poor/,
  );
  expect((await make([kilns], script)).log[0]).toMatch(/^info: Of 1 questions/);
});

it('names a question by what it asks, whatever stands beside it', async () => {
  const script: Script = { ask: { kiln: lit, clay: bags } };
  const { questions } = await make([kilns], script);
  const { questions: more } = await make([clay, kilns], script, { questions: 4 });
  expect(more.map(({ id }) => id)).toContain(questions[0]?.id);
  expect(new Set(more.map(({ id }) => id)).size).toBe(2);
});

it('asks for what is new only', async () => {
  const ctx = testContext();
  const script: Script = { ask: { kiln: lit, clay: bags } };
  expect((await make([kilns], script, { ctx })).prompts).toHaveLength(1);
  const { prompts, questions } = await make([clay, kilns], script, { similarity: 0.9, ctx });
  expect(prompts.map(({ prompt }) => prompt.includes('Quarry'))).toEqual([true]);
  expect(questions).toHaveLength(2);
  expect((await make([kilns], script, { seed: 1, ctx })).prompts).toHaveLength(1);
});

describe('a chunk that does not fit', () => {
  const long = chunk('long.md', 'kiln '.repeat(3000));
  const script: Script = { ask: { eastern: lit, clay: bags } };

  it('fails alone, and loses nothing of the others', async () => {
    const ctx = testContext();
    const { questions, log, summary } = await make([long, kilns, clay], script, { ctx });
    expect(questions).toHaveLength(2);
    expect(summary['failedChunks']).toBe(1);
    expect(log[0]).toMatch(/^warning: long\.md:0: .* does not fit the context of 2048/);
    expect((await make([long, kilns, clay], script, { ctx })).prompts).toEqual([]);
  });

  it('ends the step where there is no other', async () => {
    await expect(make([long], script)).rejects.toMatchObject({
      ...{ code: 'bad-input', location: { port: 'chunks' } },
      message: expect.stringContaining('does not fit the context'),
    });
  });
});

it('says that nothing could be kept, and why', async () => {
  await expect(make([kilns, clay], { ask: { kiln: 'Q: Who owns it?\nA: Ada.' } })).rejects.toThrow(
    'Of 1 questions that the model wrote, none is kept: 1 have an answer that their chunk does not support. 1 of its replies had nothing usable. Connect a larger model',
  );
  await expect(make([], {})).rejects.toThrow(
    'No chunks arrived. Connect the chunks of a Chunk node.',
  );
});

it('stops when it is told to', async () => {
  const controller = new AbortController();
  const ctx = testContext({ signal: controller.signal });
  controller.abort(new Error('stop'));
  await expect(make([kilns], { ask: { kiln: lit } }, { ctx })).rejects.toThrow('stop');
});

it('finds what cannot go together before it runs', () => {
  const check = (params: Params, model: object) =>
    makeDataset.check?.(
      makeDataset.params.parse(params),
      { model: { model: { id: 'm', architecture: 'llama', contextLength: 2048, ...model } } },
      () => undefined,
    );
  expect(check({}, {})).toEqual([]);
  expect(check({}, { contextLength: 512 })).toMatchObject([{ port: 'model', param: 'context' }]);
  expect(check({ maxTokens: 2048 }, {})).toMatchObject([{ param: 'maxTokens' }]);
  expect(makeDataset.params.safeParse({ ask: 'Write questions.' }).success).toBe(false);
});
