import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { z } from 'zod';

// An encoder with a score head as `writeScorerOnnx` of runtime/training writes it, and what Python's onnxruntime gave.
const fixtures = path.join(import.meta.dirname, '..', '..', 'training', 'golden', 'fixtures');
const text = z.object({ tokens: z.array(z.number()), question: z.number() });
const goldenSchema = z.object({
  batches: z.array(z.array(z.array(text))),
  onnxScores: z.array(z.number()),
});

async function golden() {
  const file = path.join(fixtures, 'reranker', 'golden.json');
  const { batches, onnxScores } = goldenSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const texts = batches[0]?.flat() ?? [];
  const length = Math.max(...texts.map(({ tokens }) => tokens.length));
  const padded = (each: (token: number, at: number, question: number) => number) =>
    BigInt64Array.from(
      texts.flatMap(({ tokens, question }) =>
        Array.from({ length }, (_, at) =>
          at < tokens.length ? each(tokens[at] ?? 0, at, question) : 0,
        ),
      ),
      BigInt,
    );
  const feeds = {
    input_ids: padded((token) => token),
    attention_mask: padded(() => 1),
    token_type_ids: padded((_, at, question) => (at < question ? 0 : 1)),
  };
  return { feeds, dims: [texts.length, length], expected: onnxScores };
}

function largest(scores: Iterable<unknown>, expected: readonly number[]): number {
  const differences = [...scores].map((score, at) =>
    Math.abs(Number(score) - (expected[at] ?? NaN)),
  );
  return Math.max(...differences);
}

it('an encoder with a score head gives in onnxruntime what Python’s gives', async () => {
  const { feeds, dims, expected } = await golden();
  const session = await InferenceSession.create(path.join(fixtures, 'reranker', 'model.onnx'));
  const tensors = Object.entries(feeds).map(([name, data]) => [
    name,
    new OrtTensor('int64', data, dims),
  ]);
  const { logits } = await session.run(Object.fromEntries(tensors));
  await session.release();
  expect(logits?.dims).toEqual([dims[0], 1]);
  expect(largest(z.instanceof(Float32Array).parse(logits?.data), expected)).toBeLessThan(1e-5);
});

it('and is loaded as a sequence classifier by transformers', async () => {
  const { AutoModelForSequenceClassification, Tensor, env } =
    await import('@huggingface/transformers');
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-scorer-'));
  try {
    await mkdir(path.join(folder, 'scorer', 'onnx'), { recursive: true });
    const config: unknown = JSON.parse(
      await readFile(path.join(fixtures, 'bert', 'config.json'), 'utf8'),
    );
    const scorer = { architectures: ['BertForSequenceClassification'], id2label: { 0: 'LABEL_0' } };
    const json = JSON.stringify({ ...Object(config), ...scorer });
    await writeFile(path.join(folder, 'scorer', 'config.json'), json);
    const model = path.join(fixtures, 'reranker', 'model.onnx');
    await copyFile(model, path.join(folder, 'scorer', 'onnx', 'model.onnx'));
    env.allowRemoteModels = false;
    env.localModelPath = folder;
    const loaded = await AutoModelForSequenceClassification.from_pretrained('scorer', {
      dtype: 'fp32',
    });
    const { feeds, dims, expected } = await golden();
    const tensors = Object.entries(feeds).map(([name, data]) => [
      name,
      new Tensor('int64', data, dims),
    ]);
    const output: unknown = await loaded(Object.fromEntries(tensors));
    const { logits } = z.object({ logits: z.instanceof(Tensor) }).parse(output);
    expect(logits.dims).toEqual([dims[0], 1]);
    expect(largest(z.instanceof(Float32Array).parse(logits.data), expected)).toBeLessThan(1e-5);
    await loaded.dispose();
  } finally {
    await rm(folder, { recursive: true });
  }
});
