import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RemoteUsage } from '@graft/graph';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { z } from 'zod';
import { findLlamaServer, ForeignServer, freePort, type Found } from '../testing/foreign-server.ts';
import { languageModelFile, largestDifference, never } from '../testing/real-models.ts';
import { RemoteCrossEncoder } from './remote-cross-encoder.ts';
import { RemoteEmbedder } from './remote-embedder.ts';
import { RemoteEndpoint } from './remote-endpoint.ts';
import { RemoteLanguageModel } from './remote-language-model.ts';

/** llama.cpp's own server, with models whose answers other programs have given. */
let found: Found;
beforeAll(async () => {
  found = await findLlamaServer();
}, 10 * 60_000);

const fixture = (path: string): string =>
  fileURLToPath(new URL(`../onnx/golden/fixtures/${path}`, import.meta.url));

async function golden<Value>(name: string, schema: z.ZodType<Value>): Promise<Value> {
  return schema.parse(JSON.parse(await readFile(fixture(`${name}/golden.json`), 'utf8')));
}

async function serve({ skip }: TestContext, args: readonly string[]): Promise<ForeignServer> {
  const path = found.path ?? skip(found.missing);
  const port = await freePort();
  return ForeignServer.start(path, {
    ...{ port, ready: '/health' },
    args: ['--host', '127.0.0.1', '--port', String(port), '--gpu-layers', '0', ...args],
    // Its libraries lie beside it, and it computes on the processor.
    env: { LD_LIBRARY_PATH: dirname(path), GGML_VK_VISIBLE_DEVICES: '' },
  });
}

/** What asks a model of a server, and what that spends. */
function client({ url }: ForeignServer, model: string) {
  const remote = {
    ...{ url: `${url}/v1`, model, fields: {}, parallel: 2, timeout: 60, retries: 0, batch: 2 },
  };
  const endpoint = new RemoteEndpoint(remote.url, remote.parallel, () => Promise.resolve());
  const spending: RemoteUsage[] = [];
  const spent = (usage: RemoteUsage): void => void spending.push(usage);
  const parts = { id: model, remote, key: undefined, endpoint, price: undefined, spent };
  return { parts, spending };
}

describe('llama.cpp’s own server', () => {
  it('embeds as sentence-transformers does, in batches, and counts tokens', async (context) => {
    const numbers = z.array(z.number());
    const schema = z.object({ texts: z.array(z.string()), passages: z.array(numbers) });
    const { texts, passages } = await golden('mean', schema);
    await using server = await serve(context, [
      ...['--model', fixture('mean/model.gguf'), '--embeddings'],
    ]);
    const { parts, spending } = client(server, 'mean');
    const prompts = { question: '', passage: '' };
    const info = { id: 'mean', digest: 'd', dimension: 16, prompts, remote: parts.remote };
    const embedder = new RemoteEmbedder(parts, info, {});
    const vectors = await embedder.embed(texts, never());
    const differences = vectors.map((vector, at) =>
      largestDifference(Float32Array.from(passages[at] ?? []), vector),
    );
    expect(vectors).toHaveLength(passages.length);
    // llama.cpp looks GELU up in a table of halves.
    expect(Math.max(...differences)).toBeLessThan(1e-3);
    expect(spending).toHaveLength(Math.ceil(texts.length / parts.remote.batch));
    expect(spending.every(({ inputTokens, guessed }) => inputTokens > 0 && guessed !== true)).toBe(
      true,
    );

    const wrong = new RemoteEmbedder(parts, { ...info, dimension: 384 }, {});
    await expect(wrong.embed(texts, never())).rejects.toThrow(/Set Dimension to 16/);
  });

  it('reranks in the order of its own scores, which come in any order', async (context) => {
    const schema = z.object({ pairs: z.array(z.tuple([z.string(), z.string()])) });
    const { pairs } = await golden('cross-encoder', schema);
    const query = pairs[0]?.[0] ?? '';
    const all = [...new Set(pairs.map(([, passage]) => passage))];
    const passages = all.filter(({ length }) => length < 80);
    const tooLong = all.filter(({ length }) => length >= 80);
    await using server = await serve(context, [
      ...['--model', fixture('cross-encoder/model.gguf'), '--reranking'],
    ]);
    const { parts, spending } = client(server, 'cross-encoder');
    const reranker = new RemoteCrossEncoder(parts, new Map(), {});
    const scores = await reranker.score(query, passages, never());
    expect(new Set(scores).size).toBe(passages.length);
    // Each passage by itself, in the shape of Text Embeddings Inference, which this server speaks too.
    for (const [at, text] of passages.entries()) {
      const response = await fetch(`${server.url}/rerank`, {
        ...{ method: 'POST', headers: { 'Content-Type': 'application/json' } },
        body: JSON.stringify({ query, texts: [text] }),
      });
      const [single] = z.array(z.object({ score: z.number() })).parse(await response.json());
      expect(scores[at]).toBeCloseTo(single?.score ?? NaN, 3);
    }
    expect(spending.every(({ inputTokens, guessed }) => inputTokens > 0 && guessed !== true)).toBe(
      true,
    );
    await expect(reranker.score(query, tooLong, never())).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('is larger than the max context size') as string,
    });
  });

  it('answers a prompt piece by piece with its counts', async (context) => {
    const { path } = await languageModelFile();
    await using server = await serve(context, ['--model', path, '--ctx-size', '2048']);
    const { parts } = client(server, 'smol');
    const model = new RemoteLanguageModel({ ...parts, contextLength: 2048 });
    const pieces: string[] = [];
    const answer = await model.generate(
      {
        ...{ system: '', prompt: 'What is the capital of France?', stop: [], seed: 0 },
        ...{ maxTokens: 16, temperature: 0, topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1.1 },
      },
      { signal: never(), onText: (text) => pieces.push(text) },
    );
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(answer.text);
    expect(answer.promptTokens).toBeGreaterThan(0);
    expect(answer.completionTokens).toBeGreaterThan(0);
  });
});
