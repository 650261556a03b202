import { afterAll, describe, expect, it } from 'vitest';
import { tfjsExecutor } from '../tfjs/executor.ts';
import {
  attempt,
  lora,
  losses,
  numbersOf,
  removeFolders,
  request,
  texts,
} from '../testing/loop-fixture.ts';

afterAll(removeFolders);

describe('training', () => {
  it('learns a few texts by heart', async () => {
    const { rows, error } = await attempt({ change: { epochs: 30, learningRate: 0.03 } });
    expect(error).toBeUndefined();
    const all = losses(rows);
    expect(all).toHaveLength(90);
    expect(all.at(-1)).toBeLessThan(0.2 * (all[0] ?? 0));
    expect(rows.at(-1)?.values['accuracy']).toBeGreaterThan(0.9);
  });

  it('goes the same way on another executor', async () => {
    const change = { maxSteps: 4, warmup: 0 };
    const [onnx, tfjs] = await Promise.all([
      attempt({ change }),
      attempt({ change, executor: await tfjsExecutor() }),
    ]);
    expect(tfjs.rows).toHaveLength(4);
    for (const [i, loss] of losses(tfjs.rows).entries()) {
      expect(loss).toBeCloseTo(losses(onnx.rows)[i] ?? NaN, 3);
    }
  });

  it.each(['llama', 'qwen2', 'gemma3'])('learns with every weight of %s', async (family) => {
    const change = { method: { kind: 'full' }, epochs: 5, learningRate: 0.02 } as const;
    const { rows, error } = await attempt({ family, change });
    expect(error).toBeUndefined();
    const all = losses(rows);
    expect(all.at(-1)).toBeLessThan(0.5 * (all[0] ?? 0));
  });

  it('reports what its users watch', async () => {
    const { rows, trainable, metrics } = await attempt({
      change: { evaluation: texts.slice(0, 3) },
    });
    expect(rows).toEqual(metrics);
    expect(rows.map(({ series, step }) => `${series} ${step ?? ''}`)).toEqual([
      ...['eval 0', 'train 1', 'train 2', 'train 3', 'eval 3', 'train 4', 'train 5', 'train 6'],
      ...['eval 6', 'train 7', 'train 8', 'train 9', 'eval 9', 'train 10', 'train 11', 'train 12'],
      'eval 12',
    ]);
    const last = rows.find(({ series, step }) => series === 'train' && step === 12)?.values ?? {};
    expect(Object.keys(last).sort()).toEqual(
      [
        ...['accuracy', 'epoch', 'eta', 'loss', 'memory', 'norm', 'rate', 'tokens'],
        'tokensPerSecond',
      ].sort(),
    );
    const fed = texts.reduce((sum, { tokens }) => sum + tokens.length - 1, 0);
    expect(last).toMatchObject({ epoch: 4, tokens: 4 * fed, eta: 0 });
    // Two factors for each of seven maps in two layers.
    expect(trainable?.size).toBe(28);
  });

  it('warms up, then lets the rate fall', async () => {
    const { rows } = await attempt({ change: { warmup: 0.5, schedule: 'linear' } });
    const rates = rows.map(({ values }) => values['rate'] ?? NaN);
    const expected = [0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1].map((n) => (n / 6) * 0.02);
    for (const [i, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[i] ?? NaN, 10);
  });

  it('ends at the step that was asked for', async () => {
    expect((await attempt({ change: { maxSteps: 5 } })).rows).toHaveLength(5);
    expect((await attempt({ change: { maxSteps: 50 } })).rows).toHaveLength(12);
  });

  it('gives the same numbers for a seed, others for another', async () => {
    const [one, again, other] = await Promise.all(
      [3, 3, 4].map((seed) => attempt({ change: { seed, maxSteps: 4 } })),
    );
    expect(numbersOf(again?.rows ?? [])).toEqual(numbersOf(one?.rows ?? []));
    expect(losses(other?.rows ?? [])).not.toEqual(losses(one?.rows ?? []));
  });

  it.each([
    ['one row at a time', { microBatch: 1 }],
    ['three rows at a time', { microBatch: 3 }],
    ['packed rows', { packing: true, batch: 12 }],
  ])('sums the loss over all trained tokens alike with %s', async (_, change) => {
    // One step an epoch, so that packing does not change what a step holds.
    const whole = await attempt({ change: { batch: 12, microBatch: 12, maxSteps: 4 } });
    const cut = await attempt({ change: { batch: 12, maxSteps: 4, ...change } });
    expect(cut.error).toBeUndefined();
    const [expected, found] = [losses(whole.rows), losses(cut.rows)];
    expect(found).toHaveLength(4);
    for (const [i, loss] of found.entries()) expect(loss).toBeCloseTo(expected[i] ?? NaN, 5);
  });

  it('lets weights decay, but neither gains nor biases', async () => {
    const change = { method: { kind: 'full' }, maxSteps: 1, warmup: 0, clip: 0 } as const;
    const of = async (weightDecay: number) =>
      (await attempt({ family: 'qwen2', change: { ...change, weightDecay } })).parameters;
    const [kept, decayed] = [await of(0), await of(1)];
    const names = [...(kept?.keys() ?? [])];
    const changed = names.filter((name) => !same(kept?.get(name), decayed?.get(name)));
    expect(changed.sort()).toEqual(
      names.filter((name) => /(proj|embed_tokens)\.weight$/.test(name)).sort(),
    );
  });

  function same(one: Float32Array | undefined, other: Float32Array | undefined): boolean {
    return one?.every((x, i) => x === other?.[i]) === true;
  }

  it('gives B a rate of its own under LoRA+', async () => {
    const norm = async (plusRatio: number): Promise<number> => {
      const method = { ...lora, plusRatio };
      const change = { method, maxSteps: 1, warmup: 0, weightDecay: 0 };
      const { parameters } = await attempt({ change });
      const b = parameters?.get('model.layers.0.mlp.up_proj.lora_B.weight') ?? [];
      return Math.hypot(...b);
    };
    expect((await norm(8)) / (await norm(1))).toBeCloseTo(8, 4);
  });
});

describe('the start of an adapter', () => {
  it('is PEFT’s: A uniform within ±1/√inputs, B zero', async () => {
    // With a rate of zero nothing moves.
    const { parameters = new Map<string, Float32Array>() } = await attempt({
      change: { maxSteps: 1, learningRate: 0 },
    });
    const of = (name: string): Float32Array =>
      parameters.get(`model.layers.0.self_attn.${name}.weight`) ?? new Float32Array();
    const [q, k] = [of('q_proj.lora_A'), of('k_proj.lora_A')];
    const bound = 1 / Math.sqrt(32);
    const largest = Math.max(...q.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.9 * bound);
    expect(q).not.toEqual(k);
    expect(of('q_proj.lora_B').every((x) => x === 0)).toBe(true);
  });
});

describe('evaluation', () => {
  const evaluation = texts.slice(0, 4).map((text) => ({ ...text, id: `other ${text.id}` }));

  it('gives back the parameters of the best loss', async () => {
    // Trained on other texts, at a rate that soon makes the evaluation worse.
    const change = {
      train: texts.slice(6),
      evaluation,
      evaluateEvery: 1,
      epochs: 8,
      batch: 6,
      learningRate: 0.05,
      schedule: 'constant',
    } as const;
    const { rows, parameters, logs } = await attempt({ change });
    const evaluated = losses(rows, 'eval').slice(1);
    const best = evaluated.indexOf(Math.min(...evaluated)) + 1;
    expect(best).toBeLessThan(evaluated.length);
    expect(logs.join()).toMatch(new RegExp(`The result is that of step ${best}, `));
    // Stopped right there the same parameters are the last ones; `constant` does not depend on the number of steps.
    const there = await attempt({ change: { ...change, maxSteps: best, evaluation: [] } });
    expect(parameters).toEqual(there.parameters);
  });

  it('stops when it has not improved for a while', async () => {
    const change = { evaluation, evaluateEvery: 1, patience: 2, learningRate: 0, maxSteps: 9 };
    const { rows, logs } = await attempt({ change });
    expect(losses(rows, 'train')).toHaveLength(3);
    expect(logs.join()).toMatch(/never fell below its value before training \(\d\.\d{4}\)/);
    expect(logs.join()).toMatch(/Stops at step 3: in 2 evaluations, the loss did not improve/);
  });
});

describe('what cannot be trained', () => {
  it('is refused before the first step', async () => {
    const refusal = async (change: Partial<typeof request>): Promise<unknown> => {
      const { rows, error } = await attempt({ change });
      expect(rows).toEqual([]);
      return error;
    };
    const masked = texts.map((text) => ({ ...text, trained: text.tokens.map(() => 0 as const) }));
    expect(await refusal({ train: masked })).toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/12 examples are without a token to train: text 0, /),
    });
    expect(await refusal({ train: [] })).toMatchObject({ code: 'bad-input' });
    expect(await refusal({ maxLength: 8 })).toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/longer than the 8 tokens of a row: text 3 with 9/),
    });
    expect(await refusal({ method: { ...lora, rank: 33 } })).toMatchObject({ code: 'bad-param' });
    expect(await refusal({ method: { ...lora, targets: ['w1'] } })).toMatchObject({
      code: 'bad-param',
    });
  });

  it('stops where numbers cease to be numbers, and says what helps', async () => {
    const { rows, error } = await attempt({
      change: { learningRate: 1e18, warmup: 0, clip: 0, schedule: 'constant', epochs: 20 },
    });
    expect(rows.length).toBeGreaterThan(0);
    expect(error).toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(
        /(loss|gradients) became \S+ at step \d+: lower the learning rate \(now 1000000000000000000\), clip the gradients/,
      ),
    });
  });
});
