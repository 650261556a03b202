import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadWeight } from '../formats/load-weight.ts';
import { writeSafetensors } from '../formats/safetensors.ts';
import { fixture, readTensors } from '../testing/golden.ts';
import { requireWeight } from '../ir/executor.ts';
import { sizeOf } from '../ir/shape.ts';
import { OnnxModel } from '../onnx/model.ts';
import { Builder } from '../ir/builder.ts';
import { Random } from '../optimizer/random.ts';
import { encoderWeightShapes, readEncoderConfig } from './encoder-config.ts';
import { openEncoder } from './encoder-model.ts';
import { Encoder } from './encoder.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-encoder-'));
  await cp(fixture('bert', 'config.json'), path.join(folder, 'config.json'));
});
afterEach(async () => rm(folder, { recursive: true }));

async function configured(changes: Readonly<Record<string, unknown>>): Promise<void> {
  const file = path.join(folder, 'config.json');
  const config: unknown = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...Object(config), ...changes }));
}

it.each([
  [{ model_type: 'roberta' }, /family "roberta".*bert/],
  [{ hidden_act: 'relu' }, /hidden_act/],
  [{ position_embedding_type: 'relative_key' }, /position_embedding_type/],
  [{ num_attention_heads: 5 }, /32 numbers among 5 heads/],
  [{ num_hidden_layers: 2 ** 31 }, /layers/],
])('refuses what is not such a BERT: %j', async (changes, message) => {
  await configured(changes);
  const refused = { code: 'bad-model', message: expect.stringMatching(message) };
  await expect(openEncoder(folder, 'model.safetensors')).rejects.toMatchObject(refused);
});

it('reads the encoder of a model with a head, and refuses one that lacks a tensor or has one more', async () => {
  const { config } = await openEncoder(fixture('bert'), 'model.safetensors');
  const shapes = encoderWeightShapes(config);
  const data = await readTensors(fixture('bert', 'model.safetensors'));
  const tensors = [...shapes].map(([name, shape]) => ({
    name: `bert.${name}`,
    shape,
    data: data.get(name) ?? new Float32Array(),
  }));
  const one = (name: string) => ({ name, shape: [1], data: new Float32Array(1) });
  const file = path.join(folder, 'model.safetensors');
  const open = async () => openEncoder(folder, 'model.safetensors');

  await writeSafetensors(file, [...tensors, one('bert.pooler.dense.bias'), one('cls.seq.bias')]);
  const { weights } = await open();
  const name = 'encoder.layer.1.output.dense.weight';
  const read = await loadWeight(requireWeight(weights, name), shapes.get(name) ?? []);
  expect(read).toEqual(data.get(name));

  await writeSafetensors(file, tensors.slice(1));
  await expect(open()).rejects.toThrow(/no tensor "embeddings.word_embeddings.weight"/);
  await writeSafetensors(file, [...tensors, one('bert.embeddings.project.bias')]);
  await expect(open()).rejects.toThrow(/embeddings.project.bias/);
});

const parts = [
  ['attention.self.query', 'attn.q_proj'],
  ['attention.self.key', 'attn.k_proj'],
  ['attention.self.value', 'attn.v_proj'],
  ['attention.output.dense', 'attn.o_proj'],
  ['attention.output.LayerNorm', 'attention_output_norm_layernorm'],
  ['intermediate.dense', 'mlp.fc1'],
  ['output.dense', 'mlp.fc2'],
  ['output.LayerNorm', 'mlp_output_norm_layernorm'],
] as const;

/** The name in a file of onnxruntime-genai's builder, its last part apart. */
function builderName(published: string): readonly [module: string, kind: string] {
  const module = published.replace(/\.\w+$/, '');
  const kind = published.slice(module.length + 1);
  if (module === 'embeddings.LayerNorm') {
    return ['model.layers.-1.embeddings_norm_layernorm', kind];
  }
  if (module.startsWith('embeddings.')) return [`.model.${module}`, kind];
  const [, layer = '', rest = ''] = /^encoder\.layer\.(\d+)\.(.*)$/.exec(module) ?? [];
  return [`model.layers.${layer}.${parts.find(([own]) => own === rest)?.[1] ?? ''}`, kind];
}

/** Writes random weights, matrices of layers in 4 bits, and says what they are. */
async function writeOnnx(
  zeroPoints = '',
  outside?: string,
  more: Readonly<Record<string, readonly number[]>> = {},
): Promise<ReadonlyMap<string, Float32Array>> {
  const config = await readEncoderConfig(path.join(folder, 'config.json'));
  const random = new Random(1);
  const onnx = new OnnxModel();
  const written = new Map<string, Float32Array>();
  const floats = (length: number) => Float32Array.from({ length }, () => random.normal());
  const bytes = (data: Float32Array) => new Uint8Array(data.buffer);
  for (const [name, shape] of encoderWeightShapes(config)) {
    const [module, kind] = builderName(name);
    const [rows = 1, columns = 1] = shape;
    if (name.startsWith('encoder.') && shape.length === 2) {
      const stored = `${module}.MatMul.weight_Q4`;
      const scales = floats((rows * columns) / 32);
      const values = Uint8Array.from({ length: rows * columns }, () => random.next() * 16);
      const packed = Uint8Array.from(
        { length: values.length / 2 },
        (_, at) => (values[2 * at] ?? 0) | ((values[2 * at + 1] ?? 0) << 4),
      );
      const perBlock = { type: 'float', shape: [scales.length] } as const;
      onnx.initializer({ name: `${module}.MatMul.weight_scales`, ...perBlock }, bytes(scales));
      const blocks = [rows, columns / 32, 16];
      onnx.initializer({ name: stored, type: 'uint8', shape: blocks }, packed);
      onnx.add({
        type: 'MatMulNBits',
        contributed: true,
        inputs: ['x', stored, `${module}.MatMul.weight_scales`, zeroPoints],
        output: module,
        attributes: { K: columns, N: rows, bits: 4, block_size: 32 },
      });
      const wide = Float32Array.from(
        values,
        (value, at) => (value - 8) * (scales[Math.floor(at / 32)] ?? 0) + 0,
      );
      written.set(name, wide);
      continue;
    }
    const data = floats(sizeOf(shape));
    const stored = /attn|mlp\./.test(module) ? `${module}.Add.${kind}` : `${module}.${kind}`;
    const place = outside === undefined ? bytes(data) : { location: outside, offset: 0, bytes: 4 };
    onnx.initializer({ name: stored, type: 'float', shape }, place);
    written.set(name, data);
  }
  for (const [name, shape] of Object.entries(more)) {
    onnx.initializer({ name, type: 'float', shape }, bytes(floats(sizeOf(shape))));
  }
  await writeFile(path.join(folder, 'model.onnx'), onnx.finish());
  return written;
}

const openOnnx = async () => openEncoder(folder, 'model.onnx');

it('widens matrices of 4 bits in ONNX, and reads all others where they lie', async () => {
  await configured({ intermediate_size: 64 });
  const written = await writeOnnx();
  const { config, weights } = await openOnnx();
  for (const [name, shape] of encoderWeightShapes(config)) {
    // A block with a negative scale reads as −0 where its value is 0.
    const read = (await loadWeight(requireWeight(weights, name), shape)).map((x) => x + 0);
    expect(read, name).toEqual(written.get(name));
  }
});

it('refuses ONNX that is quantised otherwise, cut off, or keeps tensors elsewhere', async () => {
  await configured({ intermediate_size: 64 });
  await writeOnnx('zero points');
  await expect(openOnnx()).rejects.toThrow(/another way than to 4 bits around zero/);

  await writeOnnx();
  const file = path.join(folder, 'model.onnx');
  const whole = await readFile(file);
  await writeFile(file, whole.subarray(0, whole.length - 100));
  await expect(openOnnx()).rejects.toMatchObject({ code: 'damaged-file' });

  await writeOnnx('', '../weights');
  await expect(openOnnx()).rejects.toMatchObject({ code: 'unsafe-path' });
  await writeOnnx('', 'weights');
  await expect(openOnnx()).rejects.toMatchObject({ code: 'missing-file' });
  await writeFile(path.join(folder, 'weights'), new Uint8Array(2));
  await expect(openOnnx()).rejects.toThrow(/is cut off: tensor/);
  await writeFile(path.join(folder, 'weights'), new Uint8Array(4));
  await expect(openOnnx()).rejects.toThrow(/other sizes than it says/);
  await expect(openEncoder(folder, 'model.bin')).rejects.toThrow(/neither safetensors nor ONNX/);
});

it('refuses ONNX with a tensor that is no weight of a BERT, by its name, and lets constants be', async () => {
  await configured({ intermediate_size: 64 });
  await writeOnnx('', undefined, { 'attention.scale': [], one: [1, 1] });
  await openOnnx();
  await writeOnnx('', undefined, { 'model.layers.0.attn.rotary.cache': [16, 8] });
  await expect(openOnnx()).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringContaining('"model.layers.0.attn.rotary.cache"'),
  });
});

it('texts longer than the learned positions are refused', async () => {
  const config = await readEncoderConfig(path.join(folder, 'config.json'));
  const encode = () => new Encoder(new Builder(), config).encode('texts', { batch: 1, length: 17 });
  expect(encode).toThrow(/17 tokens do not fit the encoder's 16 positions/);
});
