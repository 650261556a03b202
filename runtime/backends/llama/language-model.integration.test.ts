import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphError, type GenerateRequest } from '@graft/graph';
import type { LlamaModel } from 'node-llama-cpp';
import { languageModelFile, modelTestTimeout, never } from '../testing/real-models.ts';
import { LlamaLanguageModel } from './language-model.ts';
import { loadLlamaRuntime, type LlamaRuntime } from './llama-runtime.ts';
import { loadLlamaWeights } from './llama-weights.ts';

const request: GenerateRequest = {
  system: 'You are a helpful assistant.',
  prompt: 'What is the capital of France?',
  maxTokens: 48,
  temperature: 0,
  topK: 40,
  topP: 0.95,
  minP: 0.05,
  repeatPenalty: 1,
  seed: 1,
  stop: [],
};
const story: GenerateRequest = {
  ...request,
  prompt: 'Tell a story about a potter and her kiln.',
  temperature: 0.8,
  seed: 7,
};

describe('the language model', { timeout: modelTestTimeout }, () => {
  let runtime: LlamaRuntime;
  let weights: LlamaModel;
  let model: LlamaLanguageModel;
  beforeAll(async () => {
    runtime = await loadLlamaRuntime('cpu');
    const file = await languageModelFile();
    weights = await loadLlamaWeights(runtime, file, { signal: never() });
    model = new LlamaLanguageModel(weights, {
      ...{ id: file.id, runtime, contextLength: 2_048, parallel: 2 },
    });
  }, modelTestTimeout);
  afterAll(async () => {
    await model[Symbol.asyncDispose]();
    await weights.dispose();
    await runtime.llama.dispose();
  });
  const generate = (part: Partial<GenerateRequest>) =>
    model.generate({ ...request, ...part }, { signal: never() });

  it('answers by the model’s own chat template, streaming, and counts tokens', async () => {
    const pieces: string[] = [];
    const answer = await model.generate(request, {
      signal: never(),
      onText: (text) => pieces.push(text),
    });
    expect(answer.text).toContain('Paris');
    expect(pieces.join('')).toBe(answer.text);
    expect(pieces.length).toBeGreaterThan(3);
    expect(answer).toMatchObject({ finishReason: 'stop' });
    expect(answer.completionTokens).toBe(model.countTokens(answer.text));
    expect(answer.promptTokens).toBeGreaterThan(model.countTokens(request.prompt));
  });

  it('keeps markers inside a question as text', async () => {
    const plain = await generate({ prompt: 'x', maxTokens: 1 });
    const marked = await generate({ prompt: 'x<|im_end|>', maxTokens: 1 });
    expect(marked.promptTokens - plain.promptTokens).toBeGreaterThan(2);
  });

  it('writes the same text for the same seed, whatever runs beside it and went before', async () => {
    const alone = await model.generate(story, { signal: never() });
    const [beside] = await Promise.all([
      model.generate(story, { signal: never() }),
      generate({ prompt: 'List ten glazes.', maxTokens: 40 }),
      generate({ system: 'Be brief.', prompt: 'Why is the sky blue?', maxTokens: 40 }),
    ]);
    expect(beside.text).toBe(alone.text);
    const other = await model.generate({ ...story, seed: 8 }, { signal: never() });
    expect(other.text).not.toBe(alone.text);
  });

  it('reads what prompts begin with once, and writes what it writes having read all', async () => {
    const passages = 'The eastern kiln is lit at 05:40 by the night guard. '.repeat(20);
    const ask = (question: string): Partial<GenerateRequest> => ({
      prompt: `${passages}\nQuestion: ${question}`,
      maxTokens: 24,
      repeatPenalty: 1.1,
    });
    const questions = ['When is the kiln lit?', 'Who lights the kiln?', 'Which kiln is it?'];
    const fresh: string[] = [];
    for (const question of questions) {
      await using anew = new LlamaLanguageModel(weights, {
        ...{ id: 'm', runtime, contextLength: 2_048, parallel: 2 },
      });
      const part = await anew.generate({ ...request, ...ask(question) }, { signal: never() });
      expect(part.reusedTokens).toBe(0);
      fresh.push(part.text);
    }
    // What each slot read last is of no use.
    await Promise.all([generate({ prompt: 'Hi', maxTokens: 1 }), generate({ maxTokens: 1 })]);
    const again = [];
    for (const question of questions) again.push(await generate(ask(question)));
    expect(again.map(({ text }) => text)).toEqual(fresh);
    const [first, ...others] = again;
    expect(first?.reusedTokens).toBeLessThan(64);
    for (const { promptTokens, reusedTokens } of others) {
      expect(promptTokens - reusedTokens).toBeLessThanOrEqual(2 * 64);
      expect(reusedTokens).toBeGreaterThan(256);
    }
    // The beginning of a longer one, and one that is shorter than what was read.
    const [short, long] = [passages.slice(0, 700), `${passages}${passages}`];
    expect((await generate({ prompt: long, maxTokens: 1 })).reusedTokens).toBeGreaterThan(256);
    const cut = await generate({ prompt: short, maxTokens: 1 });
    expect(cut.reusedTokens).toBeGreaterThan(64);
    expect(cut.reusedTokens).toBeLessThan(cut.promptTokens);
  });

  it('stops at a stop text, which never comes out, and at the limit', async () => {
    const pieces: string[] = [];
    const stopped = await model.generate(
      { ...request, stop: ['of France is Par', 'zzz'] },
      { signal: never(), onText: (text) => pieces.push(text) },
    );
    expect(stopped).toMatchObject({ text: 'The capital ', finishReason: 'stop' });
    expect(pieces.join('')).toBe('The capital ');
    const cut = await generate({ ...story, maxTokens: 5 });
    expect(cut).toMatchObject({ completionTokens: 5, finishReason: 'length' });
  });

  it('tells how likely it finds what it might say, whatever was read before', async () => {
    const { text, completionTokens, logProbability = 0 } = await generate({ likelihood: true });
    expect((await generate({})).logProbability).toBeUndefined();
    const [first = ''] = text.split(' ');
    const ask = async (choices: readonly string[], of = model) => {
      const { system, prompt } = request;
      const result = await of.likelihoods({ system, prompt, choices }, { signal: never() });
      return result.likelihoods.map(({ logProbability }) => logProbability);
    };
    const choices = [text, first, text.replace('Paris', 'Rome'), 'Xylophone'];
    const [own = 0, begun = 0, wrong = 0, absurd = 0] = await ask(choices);
    // What it writes is what it finds likeliest, token by token.
    const others = await ask(['Paris', 'France', 'Yes', 'No', 'A']);
    expect(begun).toBeGreaterThan(Math.max(...others));
    expect(own).toBeLessThanOrEqual(begun);
    expect(completionTokens).toBeGreaterThan(3);
    expect(logProbability).toBeCloseTo(own, 2);
    expect(own).toBeGreaterThan(wrong + 2);
    expect(absurd).toBeLessThan(-5);
    const single = ['Yes', 'yes', 'No', 'no', first];
    const share = (await ask(single)).reduce((sum, one) => sum + Math.exp(one), 0);
    expect(share).toBeLessThanOrEqual(1.001);
    await using anew = new LlamaLanguageModel(weights, {
      ...{ id: 'm', runtime, contextLength: 2_048, parallel: 2 },
    });
    const other = await ask([...choices].reverse(), anew);
    for (const [at, value] of other.reverse().entries()) {
      expect(value).toBeCloseTo([own, begun, wrong, absurd][at] ?? 0, 4);
    }
    expect((await generate({})).text).toBe(text);
    await expect(ask([''])).rejects.toThrow(/is empty/);
  });

  it('heeds the repeat penalty', async () => {
    // Greedy decoding falls into a loop here.
    const repeat = { prompt: 'The quick brown fox jumps. '.repeat(20), maxTokens: 48 };
    const free = await generate(repeat);
    const held = await generate({ ...repeat, repeatPenalty: 1.5 });
    expect(held.text).not.toBe(free.text);
  });

  it('returns after an abort, in prompt and answer, with what it has, and writes on no further', async () => {
    const abortedAfter = async (part: Partial<GenerateRequest>, pieces: number) => {
      const abort = new AbortController();
      // Nothing tells of a prompt that is being read, which takes far longer.
      if (pieces === 0) setTimeout(() => abort.abort(), 100);
      let written = 0;
      const onText = (): void => {
        written += 1;
        if (written === pieces) abort.abort();
      };
      const options = { signal: abort.signal, onText };
      const result = await model.generate({ ...request, ...part }, options);
      expect(result.finishReason).toBe('aborted');
      expect(written - pieces).toBeLessThanOrEqual(2);
      return result.text;
    };
    expect(await abortedAfter({ prompt: 'clay '.repeat(1_500) }, 0)).toBe('');
    expect(await abortedAfter({ ...story, maxTokens: 1_000 }, 5)).not.toBe('');
    expect((await generate({})).text).toContain('Paris');
  });

  it('says how long a prompt is that does not fit', async () => {
    await expect(generate({ prompt: 'clay '.repeat(3_000) })).rejects.toThrow(
      /the prompt has \d+ tokens, but the context holds only 2048/,
    );
  });

  it('stops loading on an abort', async () => {
    const abort = new AbortController();
    const loading = loadLlamaWeights(runtime, await languageModelFile(), {
      signal: abort.signal,
    });
    abort.abort();
    const error: unknown = await loading.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GraphError);
    expect(error).toMatchObject({ code: 'cancelled' });
  });
});
