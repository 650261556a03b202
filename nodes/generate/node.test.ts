import {
  type AdapterInfo,
  cacheKey,
  type GenerateRequest,
  ItemFailure,
  type LanguageModel,
  type LanguageModelOptions,
  type Passage,
  type Prompt,
  type TreeInput,
} from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { rowsInput, treeInput, runAll, testContext } from '../kit/testing/test-context.ts';
import { passagesSystem } from '../kit/asking/definition.ts';
import { cite } from './cite.ts';
import { generate } from './node.ts';
import { run } from './run.ts';

/** A prompt over passages of these texts. */
function promptOf(
  texts: readonly string[],
  question = 'When is the eastern kiln lit?',
  id = 'q1',
): Prompt {
  let text = '';
  const passages: Passage[] = texts.map((passage, at) => {
    const head = `[${at + 1}] Kilns\n`;
    const start = text.length + head.length;
    text += `${head}${passage}\n\n`;
    const source = {
      documentId: 'a',
      path: `${at + 1}.md`,
      title: 'Kilns',
      start: 0,
      end: passage.length,
      firstLine: 1,
      lastLine: 1,
    };
    return {
      number: at + 1,
      chunkId: `a:${at + 1}`,
      start,
      end: start + passage.length,
      score: 1,
      source,
    };
  });
  return {
    id,
    question: { id, question },
    text: `${text}Question: ${question}`,
    passages,
    tokens: 1,
    dropped: 0,
  };
}
const kilns = [
  'The western kiln cools for 31 hours.',
  'The eastern kiln is lit at 05:40 by the night guard.',
  'Rowan Red costs £6.50 more.',
];
const cited = (answer: string, texts = kilns) =>
  cite(answer, promptOf(texts)).map(({ number, by }) => [number, by]);

describe('citations', () => {
  it.each([
    ['It is lit at 05:40 [2].', [[2, 'written']]],
    [
      'See [3] and [1, 3], [9].',
      [
        [3, 'written'],
        [1, 'written'],
      ],
    ],
  ])('resolves what the model wrote: %s', (answer, expected) => {
    expect(cited(answer)).toEqual(expected);
  });

  it.each([
    ['The night guard lights it at 05:40.', [[2, 'attributed']]],
    [
      'It cools for 31 hours. Rowan Red costs £6.50 more.',
      [
        [1, 'attributed'],
        [3, 'attributed'],
      ],
    ],
    ['A number that no passage has [7]: 05:40.', [[2, 'attributed']]],
    // Too little for a sentence's source, but the best there is.
    ['Guards everywhere sing loudly while carrying baskets.', [[2, 'attributed']]],
    ['No idea whatsoever.', []],
    ['', []],
  ])('attributes what it did not: %s', (answer, expected) => {
    expect(cited(answer)).toEqual(expected);
  });

  it('has none without passages', () => {
    expect(cited('At 05:40 [1].', [])).toEqual([]);
  });
});

/** Answers after a moment, as many at once as are asked for. */
class EchoModel implements LanguageModel {
  readonly model = 'echo';
  readonly device = 'cpu';
  readonly readAs = 'Q8_0 made from Q4_1';
  readonly contextLength = 2048;
  parallel = 4;
  readonly requests: GenerateRequest[] = [];
  running = 0;
  most = 0;
  async generate(request: GenerateRequest, options: Parameters<LanguageModel['generate']>[1]) {
    this.requests.push(request);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.running -= 1;
    options.signal.throwIfAborted();
    if (request.prompt.includes('explode')) throw new Error('exploded');
    options.onText?.('Lit at ');
    options.onText?.('05:40.');
    return {
      text: ' Lit at 05:40.\n',
      promptTokens: 9,
      reusedTokens: this.requests.length > 1 ? 5 : 0,
      completionTokens: 4,
      finishReason: 'stop' as const,
    };
  }
  countTokens(text: string): number {
    return text.split(/\s+/).length;
  }
}
async function answerAll(
  prompts: Prompt[],
  params: Partial<Parameters<typeof run.expand>[2]> = {},
  adapters: readonly TreeInput<AdapterInfo>[] = [],
) {
  const model = new EchoModel();
  const tokens: [string, string][] = [];
  const logs: string[] = [];
  const loads: LanguageModelOptions[] = [];
  const base = testContext();
  const ctx = testContext({
    token: (item, text) => tokens.push([item, text]),
    log: (level, message) => logs.push(`${level}: ${message}`),
    backends: {
      ...base.backends,
      languageModel: (_, options) => {
        loads.push(options);
        model.parallel = options.parallel;
        return Promise.resolve(model);
      },
    },
  });
  const inputs = {
    prompts: rowsInput(prompts),
    model: treeInput({
      id: 'echo',
      digest: '',
      architecture: 'llama',
      format: 'gguf' as const,
      contextLength: 2048,
    }),
    adapters,
  };
  const all = generate.params.parse(params);
  const answers = await runAll(run, prompts, { ctx, inputs, params: all });
  return { answers, model, tokens, inputs, ctx, all, loads, logs };
}

describe('run', () => {
  it('answers in the order of the prompts, as many at once as allowed, streaming', async () => {
    const prompts = ['a', 'b', 'c', 'd', 'e'].map((id) => promptOf(kilns, `Question ${id}?`, id));
    const { answers, model, tokens } = await answerAll(prompts, {
      parallel: 2,
      temperature: 0.5,
      seed: 7,
    });
    expect(answers.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(answers[0]).toMatchObject({
      text: 'Lit at 05:40.',
      completionTokens: 4,
      finishReason: 'stop',
    });
    expect(answers[0]?.citations.map(({ number }) => number)).toEqual([2]);
    expect(model.most).toBe(2);
    expect(model.requests[0]).toMatchObject({
      temperature: 0.5,
      seed: 7,
      maxTokens: 128,
      stop: [],
    });
    expect(
      tokens
        .filter(([item]) => item === 'c')
        .map(([, text]) => text)
        .join(''),
    ).toBe('Lit at 05:40.');
  });

  it('tells the model to use the passages only with the prompts that have some', async () => {
    const prompts = [promptOf(kilns, 'Lit?', 'with'), promptOf([], 'Lit?', 'without')];
    const systems = async (params: { system?: string }) => {
      const { model } = await answerAll(prompts, { parallel: 1, ...params });
      return model.requests.map(({ prompt, system }) => [prompt.includes('Kilns'), system]);
    };
    expect(await systems({})).toEqual([
      [true, passagesSystem],
      [false, ''],
    ]);
    for (const system of ['', 'Answer briefly.']) {
      expect(await systems({ system })).toEqual([
        [true, system],
        [false, system],
      ]);
    }
  });

  it('keys a prompt by its number of passages only under auto', () => {
    const key = generate.items?.key;
    const keyFor = (params: object) =>
      typeof key === 'function' ? key(generate.params.parse(params)) : key;
    expect(keyFor({})).toEqual(['text', 'passages.length']);
    expect(keyFor({ system: '' })).toEqual(['text']);
  });

  it('lets prompts that are neighbours follow each other in one place', async () => {
    const prompts = ['a1', 'a2', 'a3', 'b1', 'b2', 'b3'].map((id) => promptOf([], id, id));
    const { model } = await answerAll(prompts, { parallel: 2 });
    expect(model.requests.map(({ prompt }) => prompt.replace('Question: ', ''))).toEqual([
      ...['a1', 'b1', 'a2', 'b2', 'a3', 'b3'],
    ]);
  });

  it('says once what the model is read as, and how much of the prompts was not read again', async () => {
    const prompts = ['a', 'b', 'c'].map((id) => promptOf([], id, id));
    const { ctx, logs, inputs, all, model } = await answerAll(prompts, { parallel: 1 });
    await Promise.all(await run.runItems(ctx, prompts, inputs, all));
    run.finish?.(ctx, { items: 6, rows: 6 }, all);
    expect(model.readAs).toContain('Q8_0');
    expect(logs.filter((line) => line.includes('Graft reads'))).toEqual([
      'info: Graft reads the model echo as Q8_0 made from Q4_1.',
    ]);
    expect(logs.at(-1)).toBe(
      'info: The prompts have 54 tokens in all. The model read 29 of them; the other 25 are shared beginnings, which it reads once.',
    );
  });

  it('applies adapters by their weights, 1 where none is given', async () => {
    const info: AdapterInfo = {
      id: 'terse',
      base: { id: 'echo', digest: '', architecture: 'llama', heads: 1, kvHeads: 1 },
      ...{ method: 'lora', rank: 1, alpha: 1, targets: ['q_proj'], modules: [] },
      ...{ parameters: 1, baseParameters: 1 },
    };
    const adapters = [treeInput(info, '/one'), treeInput(info, '/two')];
    const { loads } = await answerAll([promptOf(kilns)], { adapterWeights: [0.5] }, adapters);
    expect(loads).toEqual([
      {
        ...{ contextLength: 2048, parallel: 4, encoding: 'fastest' },
        adapters: [
          { path: '/one', info, weight: 0.5 },
          { path: '/two', info, weight: 1 },
        ],
      },
    ]);
    await expect(answerAll([promptOf(kilns)], { adapterWeights: [1] })).rejects.toThrow(
      'There are 1 weights for 0 adapters.',
    );
  });

  it('fails a prompt that does not fit alone', async () => {
    const long = promptOf([`word `.repeat(300)], 'Why?', 'long');
    const { answers, inputs, ctx, all } = await answerAll([promptOf(kilns), long], {
      context: 300,
    });
    expect(answers.map(({ id }) => id)).toEqual(['q1']);
    const [failing] = await run.runItems(ctx, [long], inputs, all);
    const failure = await failing;
    expect(failure).toBeInstanceOf(ItemFailure);
    expect((failure as ItemFailure).message).toMatch(/^The prompt of "long" has about \d+ tokens/);
  });

  it('gives each answer as it comes', async () => {
    const prompts = ['a', 'b', 'c', 'd'].map((id) => promptOf(kilns, id, id));
    const { ctx, inputs, all, model } = await answerAll([], { parallel: 1 });
    const [first, ...others] = await run.runItems(ctx, prompts, inputs, all);
    expect(await first).toMatchObject({ text: 'Lit at 05:40.' });
    expect(model.requests.length).toBeLessThanOrEqual(2);
    await Promise.all(others);
    expect(model.requests).toHaveLength(4);
  });

  it('stops the others when one throws', async () => {
    const prompts = [
      promptOf(kilns, 'explode'),
      ...Array.from({ length: 20 }, () => promptOf(kilns)),
    ];
    await expect(answerAll(prompts, { parallel: 2 })).rejects.toThrow('exploded');
  });
});

it('checks the room for the answer against the model, and its format', () => {
  const model = { id: 'm', digest: '', architecture: 'llama', contextLength: 4096 };
  const check = (params: object, format: 'gguf' | 'safetensors' = 'gguf') =>
    generate.check?.(generate.params.parse(params), { model: { model } }, () => ({
      ...{ ...model, format, title: 'm', kind: 'language-model', size: 1 },
    }));
  expect(check({}, 'safetensors')).toEqual([expect.objectContaining({ port: 'model' })]);
  expect(check({})).toEqual([]);
  expect(check({ context: 8192 })).toEqual([
    expect.objectContaining({ param: 'context', port: 'model' }),
  ]);
  expect(check({ context: 512, maxTokens: 600 })).toEqual([
    expect.objectContaining({ param: 'maxTokens' }),
  ]);
});

it('is keyed by the encoding, and says of its answers which model gave them whatever that is', () => {
  const model = { id: 'm', digest: 'published', architecture: 'llama', contextLength: 4096 };
  const under = (encoding: string) => {
    const params = generate.params.parse({ encoding });
    const node = {
      ...{ id: 'x', definition: generate, params, inputs: {}, sources: [] },
      ...{ inputFacets: {}, outputFacets: {} },
    };
    const engines = { onnxruntime: '1', 'llama.cpp': '1', lance: '1', training: '1', remote: '1' };
    const { value } = cacheKey({ node, inputs: {}, sources: [], deviceClass: 'cpu', engines });
    return { key: value, facets: generate.facets?.(params, { model: { model } }, () => undefined) };
  };
  const [fastest, published] = [under('fastest'), under('as-published')];
  expect(fastest.key).not.toBe(published.key);
  expect(fastest.facets).toEqual({ answers: { model } });
  expect(published.facets).toEqual(fastest.facets);
});
