import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { trainableFamilies } from '@graft/graph';
import { difference } from '../testing/measure.ts';
import { fixture, goldenShape, batchFeeds, readGolden, readTensors } from '../testing/golden.ts';
import { randomWeights, writeTestModel } from '../testing/test-model.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { Random } from '../optimizer/random.ts';
import { architectures, linearKinds } from './description.ts';
import { openBaseModel, type BaseModel } from './base-model.ts';
import { parseHfConfig } from './hf-config.ts';
import { targetModules } from './lora-spec.ts';
import { fromGgufName, toGgufName } from './tensor-names.ts';
import { buildEvaluationProgram, buildTrainingProgram, gradientName } from './training-program.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-architectures-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

const cpu = () => onnxExecutor({ device: 'cpu', threads: 1 });

describe.each(['llama', 'gemma3'])('packing rows of %s', (family) => {
  it('gives each text the logits it has alone', async () => {
    const base = await openBaseModel(fixture(family));
    const random = new Random(4);
    const draw = (count: number): Int32Array =>
      Int32Array.from({ length: count }, () => Math.floor(random.next() * base.config.vocabulary));
    const texts = [draw(7), draw(5)];
    const run = async (rows: readonly Int32Array[]) => {
      const length = rows.reduce((sum, row) => sum + row.length, 0);
      const program = buildEvaluationProgram(base, { batch: 1, length });
      await using executable = await (await cpu()).compile(program, base.weights);
      const { logits = new Float32Array() } = await executable.run({
        tokens: Int32Array.from(rows.flatMap((row) => [...row])),
        positions: Int32Array.from(rows.flatMap((row) => [...row.keys()])),
        segments: Int32Array.from(rows.flatMap((row, i) => [...row].map(() => i))),
        labels: new Int32Array(length),
        weights: new Float32Array(length),
      });
      return logits;
    };
    const packed = await run(texts);
    const [first = new Float32Array(), second = new Float32Array()] = await Promise.all(
      texts.map((text) => run([text])),
    );
    expect(difference(packed.slice(0, first.length), first)).toBeLessThan(1e-5);
    expect(difference(packed.slice(first.length), second)).toBeLessThan(1e-5);
  });
});

describe('full fine-tuning', () => {
  it('has a gradient for every weight, and equals a small step in the loss', async () => {
    const base = await openBaseModel(fixture('qwen2'));
    const { program, trainable } = buildTrainingProgram(base, { ...goldenShape, full: true });
    const weights = await readTensors(fixture('qwen2', 'model.safetensors'));
    expect([...trainable.keys()].sort()).toEqual([...weights.keys()].sort());
    const [batch] = (await readGolden('qwen2')).batches;
    if (batch === undefined) throw new Error('no batch');
    await using executable = await (await cpu()).compile(program);
    const at = async (moved: ReadonlyMap<string, Float32Array>) =>
      executable.run({ ...batchFeeds(batch), ...Object.fromEntries(moved) });
    const start = await at(weights);
    let expected = 0;
    const step = 1e-4;
    const moved = new Map(
      [...weights].map(([name, data]) => {
        const gradient = start[gradientName(name)] ?? new Float32Array();
        expected += gradient.reduce((sum, g) => sum + g * g, 0);
        return [name, data.map((x, i) => x - step * (gradient[i] ?? NaN))];
      }),
    );
    const change = ((start['loss']?.[0] ?? NaN) - ((await at(moved))['loss']?.[0] ?? NaN)) / step;
    expect(Math.abs(change / expected - 1)).toBeLessThan(0.05);
  });
});

describe('models and settings that cannot be used', () => {
  const config = {
    model_type: 'llama',
    vocab_size: 8,
    hidden_size: 8,
    intermediate_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    max_position_embeddings: 16,
    rms_norm_eps: 1e-5,
  };

  it.each([
    [
      'unknown type',
      { model_type: 'phi3' },
      /"phi3".*choose one of llama, mistral, qwen2, qwen3, gemma3_text/,
    ],
    ['RoPE scaling', { rope_scaling: { rope_type: 'yarn' } }, /RoPE scaling "yarn"/],
    ['missing size', { hidden_size: undefined }, /hidden_size/],
  ])('are refused by name: %s', (_, change, message) => {
    expect(() => parseHfConfig({ ...config, ...change }, 'config.json')).toThrow(message);
  });

  it('reads sliding layers as the families define them', () => {
    const gemma = { ...config, model_type: 'gemma3_text', num_hidden_layers: 7, sliding_window: 4 };
    expect(parseHfConfig(gemma, 'f').sliding).toEqual([true, true, true, true, true, false, true]);
    const qwen = { ...config, model_type: 'qwen2', sliding_window: 4, use_sliding_window: false };
    expect(parseHfConfig(qwen, 'f').sliding).toEqual([false]);
  });

  it('refuses targets and ranks that no module has', async () => {
    const { config: llama } = await openBaseModel(fixture('llama'));
    const spec = { rank: 4, alpha: 8, rankStabilized: false };
    expect(() => targetModules(llama, { ...spec, targets: ['q_proj', 'w1'] })).toThrow(
      /"w1".*all-linear, q_proj/,
    );
    expect(() => targetModules(llama, { ...spec, rank: 17, targets: ['k_proj'] })).toThrow(
      /rank 17 .*choose 1 to 16/,
    );
    expect(targetModules(llama, { ...spec, targets: ['q_proj'] })).toHaveLength(2);
  });

  it('refuses rows beyond the context, a folder without a model and a path to nothing', async () => {
    const base = await openBaseModel(fixture('llama'));
    expect(() => buildEvaluationProgram(base, { batch: 1, length: 65 })).toThrow(
      /65 tokens .* context of 64/,
    );
    await expect(openBaseModel(folder)).rejects.toThrow(/config\.json cannot be read/);
    await expect(openBaseModel('/nowhere')).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('names a tensor that the file lacks', async () => {
    const base: BaseModel = await openBaseModel(fixture('llama'));
    const weights = randomWeights({ ...base.config, tiedHead: true }, 1);
    const lacking = new Map(
      [...weights].filter(([name]) => !name.endsWith('0.mlp.up_proj.weight')),
    );
    const file = path.join(folder, 'lacking.gguf');
    await writeTestModel(file, base.config, { weights: lacking, encoding: 'f32' });
    await expect(openBaseModel(file)).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringMatching(
        /no tensor "model\.layers\.0\.mlp\.up_proj\.weight", which a llama/,
      ),
    });
    const norm = new Map(weights).set('model.layers.0.input_layernorm.bias', {
      shape: [base.config.width],
      data: new Float32Array(base.config.width),
    });
    const extra = path.join(folder, 'extra.gguf');
    await writeTestModel(extra, base.config, { weights: norm, encoding: 'f32' });
    await expect(openBaseModel(extra)).rejects.toThrow(
      /holds "blk\.0\.attn_norm\.bias", which the family llama does not read/,
    );
    await writeFile(path.join(folder, 'model.bin'), new Uint8Array(100));
    await expect(openBaseModel(path.join(folder, 'model.bin'))).rejects.toThrow(/llama2\.c/);
  });
});

describe('biases', () => {
  const family = 'llama-biased';
  const copied = async (change: object): Promise<string> => {
    const copy = await mkdtemp(path.join(folder, 'biased-'));
    await cp(fixture(family, 'model.safetensors'), path.join(copy, 'model.safetensors'));
    const config: unknown = JSON.parse(await readFile(fixture(family, 'config.json'), 'utf8'));
    const changed = { ...z.looseObject({}).parse(config), ...change };
    await writeFile(path.join(copy, 'config.json'), JSON.stringify(changed));
    return copy;
  };

  it('are on every linear map that the settings say', async () => {
    expect((await openBaseModel(fixture(family))).config.biases).toEqual(linearKinds);
  });

  it('that the settings leave out, or that the file lacks, are named', async () => {
    await expect(openBaseModel(await copied({ mlp_bias: false }))).rejects.toThrow(
      /holds "model\.layers\.0\.mlp\.down_proj\.bias" and 5 more, which the family llama/,
    );
    await expect(openBaseModel(await copied({ tie_word_embeddings: false }))).rejects.toThrow(
      /no tensor "lm_head\.weight"/,
    );
    await expect(openBaseModel(await copied({ intermediate_size: 48 }))).rejects.toThrow(
      /"model\.layers\.0\.mlp\.gate_proj\.weight" as 40 × 32; its sizes make it 48 × 32/,
    );
  });

  it('stand in GGUF files as the published model has them', async () => {
    const published = await openBaseModel(fixture(family));
    const weights = new Map(
      [...(await readTensors(fixture(family, 'model.safetensors')))].map(([name, data]) => [
        name,
        { shape: published.entry(name)?.shape ?? [], data },
      ]),
    );
    const file = path.join(folder, 'biased.gguf');
    const config = {
      ...published.config,
      rope: { base: 10_000, scaling: { kind: 'none' } },
    } as const;
    await writeTestModel(file, config, { weights, encoding: 'f32' });
    const converted = await openBaseModel(file);
    expect(converted.config.biases).toEqual(linearKinds);
    const logits = await Promise.all(
      [{ ...published, config }, converted].map(async (base) => {
        const program = buildEvaluationProgram(base, goldenShape);
        await using executable = await (await cpu()).compile(program, base.weights);
        const [batch] = (await readGolden(family)).batches;
        return batch && (await executable.run(batchFeeds(batch)))['logits'];
      }),
    );
    expect(difference(logits[0], logits[1])).toBeLessThan(1e-5);
  });
});

describe('tensor names', () => {
  it.each(['llama', 'gemma3'])('of %s map to GGUF and back', async (family) => {
    const { config } = await openBaseModel(fixture(family));
    const weights = await readTensors(fixture(family, 'model.safetensors'));
    const mapped = [...weights.keys()].map((name) => toGgufName(config.architecture, name) ?? name);
    expect(new Set(mapped).size).toBe(weights.size);
    expect(mapped.map((name) => fromGgufName(config.architecture, name))).toEqual([
      ...weights.keys(),
    ]);
  });
});

it('every family that can be trained is described, and no other', () => {
  expect(architectures.map(({ gguf }) => gguf).sort()).toEqual(
    Object.keys(trainableFamilies).sort(),
  );
});
