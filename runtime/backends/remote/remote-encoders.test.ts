import type { RemoteAsking, RemoteModel, RemoteUsage } from '@graft/graph';
import { afterEach, describe, expect, it } from 'vitest';
import { openChatServer, refuse, sendJson, type ChatRequest } from '../testing/chat-server.ts';
import { RemoteCrossEncoder } from './remote-cross-encoder.ts';
import { RemoteEmbedder } from './remote-embedder.ts';
import { RemoteEndpoint } from './remote-endpoint.ts';

type Answer = Parameters<typeof openChatServer>[0];
type Part = Partial<RemoteModel & RemoteAsking>;

const key = { name: 'LOCAL', value: 'sk-local-0123456789' };
const never = new AbortController().signal;
const prompts = { question: 'query: ', passage: 'passage: ' };

let server: Awaited<ReturnType<typeof openChatServer>> | undefined;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

/** What encoders share behind a server that answers so, and what was waited for in milliseconds. */
async function open(answer: Answer, part: Part) {
  server = await openChatServer(answer);
  const waits: number[] = [];
  const remote = {
    ...{ url: server.url, model: 'kiln-1', fields: {}, parallel: 2, timeout: 60, retries: 2 },
    ...part,
  };
  const endpoint = new RemoteEndpoint(remote.url, remote.parallel, (ms) => {
    waits.push(ms);
    return Promise.resolve();
  });
  const spending: RemoteUsage[] = [];
  const price = { input: 2, output: 9 };
  const spent = (usage: RemoteUsage): void => void spending.push(usage);
  const client = { ...{ id: remote.model, remote, key, endpoint, price }, spent };
  return { client, waits, spending, requests: server.requests };
}

async function openEmbedder(answer: Answer, part: Part = {}, use = {}) {
  const { client, ...rest } = await open(answer, part);
  const info = { id: 'kiln-1', digest: 'd', dimension: 2, prompts, remote: client.remote };
  const embedder = new RemoteEmbedder(client, info, use);
  return { ...rest, embedder, embed: (...texts: string[]) => embedder.embed(texts, never) };
}

async function openReranker(answer: Answer, part: Part = {}) {
  const { client, ...rest } = await open(answer, part);
  const reranker = new RemoteCrossEncoder(client, new Map(), {});
  const score = (...passages: string[]) => reranker.score('When?', passages, never);
  return { ...rest, reranker, score };
}

/** The message and code of what it throws. */
async function complaint(asked: Promise<unknown>): Promise<{ message: string; code: unknown }> {
  const error: unknown = await asked.catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error('It answered.');
  expect(error.message).not.toContain(key.value);
  const message = error.message.replaceAll(server?.url ?? '', 'URL');
  return { message, code: 'code' in error ? error.code : undefined };
}

const inputsOf = ({ body }: ChatRequest): string[] => body['input'] as string[];

/** The length of a text, as a direction. */
const vectorOf = (text: string): [number, number] => [3 * text.length, 4 * text.length];

const embeds: Answer = (request, response) => {
  const data = inputsOf(request).map((text, index) => ({ index, embedding: vectorOf(text) }));
  sendJson(response, { data: data.reverse() });
};

describe('a remote embedder', () => {
  it('gives unit-length vectors in the order of the texts, in batches, each text after its prompt', async () => {
    const { embed, requests } = await openEmbedder(
      (request, response) => {
        const data = inputsOf(request).map((text, index) => ({
          index,
          embedding: text.endsWith('first') ? [1, 0] : [0, 2],
        }));
        sendJson(response, { data: data.reverse() });
      },
      { batch: 2, parallel: 1 },
    );
    expect((await embed('first', 'second', 'third')).map((vector) => [...vector])).toEqual([
      ...[
        [1, 0],
        [0, 1],
        [0, 1],
      ],
    ]);
    expect(requests.map(({ path, body }) => [path, body])).toEqual([
      [
        '/v1/embeddings',
        {
          ...{ model: 'kiln-1', encoding_format: 'float' },
          input: ['passage: first', 'passage: second'],
        },
      ],
      ['/v1/embeddings', { model: 'kiln-1', encoding_format: 'float', input: ['passage: third'] }],
    ]);
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${key.value}`);
  });

  it('puts the question prompt before questions, or the one of its step', async () => {
    const own = await openEmbedder(embeds, {}, { texts: 'questions' });
    await own.embed('When?');
    expect(own.requests.map(inputsOf)).toEqual([['query: When?']]);
    await server?.[Symbol.asyncDispose]();
    const given = await openEmbedder(embeds, {}, { texts: 'questions', prompt: 'Find: ' });
    await given.embed('When?');
    expect(given.requests.map(inputsOf)).toEqual([['Find: When?']]);
  });

  it('reads vectors in base64, and sends the fields of its node', async () => {
    const { embed, requests } = await openEmbedder(
      (_asked, response) => {
        const bytes = Buffer.alloc(8);
        bytes.writeFloatLE(3, 0);
        bytes.writeFloatLE(-4, 4);
        sendJson(response, { data: [{ embedding: bytes.toString('base64') }] });
      },
      { fields: { encoding_format: 'base64', dimensions: 2 } },
    );
    const [vector] = await embed('first');
    expect([...(vector ?? [])].map((value) => value.toFixed(4))).toEqual(['0.6000', '-0.8000']);
    expect(requests[0]?.body).toMatchObject({ encoding_format: 'base64', dimensions: 2 });
  });

  it('waits as long as the server asks, and tries again', async () => {
    const { embed, waits, requests } = await openEmbedder((request, response) => {
      if (requests.length === 1) refuse(response.setHeader('retry-after', '7'), 429, 'slow down');
      else if (requests.length === 2) refuse(response, 503, 'loading');
      else return embeds(request, response);
    });
    expect(await embed('first')).toHaveLength(1);
    expect(waits[0]).toBe(7000);
    expect(waits).toHaveLength(2);
  });

  it.each([
    [
      'of another dimension',
      [{ index: 0, embedding: [1, 0, 0] }],
      'bad-model',
      '"kiln-1" at URL gives vectors of 3 numbers, not of 2. Set Dimension to 3',
    ],
    ['too few', [], 'unavailable', 'URL gives 0 vectors for 1 texts.'],
    [
      'at a place that no text has',
      [{ index: 4, embedding: [1, 0] }],
      'unavailable',
      'URL does not say which vector belongs to which of 1 texts',
    ],
    [
      'without end',
      [{ index: 0, embedding: Buffer.from([0, 0, 128, 127, 0, 0, 0, 0]).toString('base64') }],
      'unavailable',
      'vectors that are not finite',
    ],
    ['of words', [{ index: 0, embedding: ['a'] }], 'unavailable', 'is not an OpenAI-compatible'],
  ])('refuses vectors %s', async (_how, data, ...[code, message]) => {
    const { embed, requests } = await openEmbedder((_asked, response) => {
      sendJson(response, { data });
    });
    const refused = await complaint(embed('first'));
    expect(refused).toMatchObject({ code });
    expect(refused.message).toContain(message);
    expect(requests).toHaveLength(1);
  });

  it('names the models that the server has instead', async () => {
    const { embed } = await openEmbedder(({ path }, response) => {
      if (path.endsWith('/models')) sendJson(response, { data: [{ id: 'nomic-embed-text' }] });
      else refuse(response, 404, 'not found');
    });
    expect(await complaint(embed('first'))).toEqual({
      code: 'bad-model',
      message: 'URL has no model "kiln-1". Choose one of nomic-embed-text.',
    });
  });

  it('ends the other requests of a step when one fails', async () => {
    const held: ChatRequest[] = [];
    const { embed } = await openEmbedder(
      async (request, response) => {
        if (inputsOf(request).join() === 'passage: held') held.push(request);
        else {
          await expect.poll(() => held).toHaveLength(1);
          refuse(response, 401, `Incorrect key: ${key.value}`);
        }
      },
      { batch: 1 },
    );
    const { message } = await complaint(embed('held', 'refused'));
    expect(message).toContain('URL refuses the key LOCAL');
    await expect.poll(() => held[0]?.gone.aborted).toBe(true);
  });

  it('reports each answered request, with the tokens that the server counts or else an estimate', async () => {
    const { embed, spending, requests } = await openEmbedder(
      (request, response) => {
        if (requests.length === 1) return refuse(response, 503, 'loading');
        const data = inputsOf(request).map((text) => ({ embedding: vectorOf(text) }));
        const usage = { prompt_tokens: 500, total_tokens: 500 };
        sendJson(response, { data, ...(requests.length === 2 ? { usage } : {}) });
      },
      { batch: 1, parallel: 1 },
    );
    await embed('first', 'second');
    expect(spending).toEqual([
      { requests: 1, inputTokens: 500, outputTokens: 0, dollars: 0.001 },
      { requests: 1, inputTokens: 4, outputTokens: 0, guessed: true, dollars: 0.000_008 },
    ]);
  });

  it('gives no vectors of tokens', async () => {
    const { embedder } = await openEmbedder(embeds);
    expect(await complaint(embedder.embedTokens())).toMatchObject({ code: 'bad-model' });
  });
});

const passagesOf = ({ body }: ChatRequest, field: string): string[] => body[field] as string[];

/** llama.cpp's server: the longer a passage, the better; best first. */
const likeLlama: Answer = (request, response) => {
  const results = passagesOf(request, 'documents')
    .map(({ length }, index) => ({ index, relevance_score: length }))
    .sort((a, b) => b.relevance_score - a.relevance_score);
  sendJson(response, { model: 'kiln-1', object: 'list', results });
};

/** Text Embeddings Inference. */
const likeTei: Answer = (request, response) => {
  if (request.body['texts'] === undefined) {
    response.writeHead(422, { 'content-type': 'text/plain' });
    response.end('Failed to deserialize the JSON body: missing field `texts` at line 1 column 40');
    return;
  }
  const results = passagesOf(request, 'texts').map(({ length }, index) => ({
    index,
    score: length,
  }));
  sendJson(response, results.reverse());
};

describe('a remote reranker', () => {
  it('asks a server like llama.cpp’s, in batches', async () => {
    const { score, requests } = await openReranker(likeLlama, { batch: 2, parallel: 1 });
    expect(await score('a', 'ccc', 'bb')).toEqual([1, 3, 2]);
    expect(requests.map(({ path, body }) => [path, body])).toEqual([
      ['/v1/rerank', { model: 'kiln-1', query: 'When?', documents: ['a', 'ccc'] }],
      ['/v1/rerank', { model: 'kiln-1', query: 'When?', documents: ['bb'] }],
    ]);
  });

  it('asks Text Embeddings Inference, and remembers its field', async () => {
    const { score, requests } = await openReranker(likeTei, { model: '' });
    expect(await score('a', 'ccc')).toEqual([1, 3]);
    expect(await score('bb')).toEqual([2]);
    expect(requests.map(({ body }) => Object.keys(body).join())).toEqual([
      ...['query,documents', 'query,texts', 'query,texts'],
    ]);
  });

  it('tells the first refusal of a server that knows neither field', async () => {
    const { score } = await openReranker(({ body }, response) => {
      refuse(response, 400, body['texts'] === undefined ? 'too long' : 'unknown field');
    });
    expect(await complaint(score('a'))).toEqual({
      code: 'bad-input',
      message: 'URL refuses the passage: it answers 400, "too long".',
    });
  });

  it('tells that a passage is too long, of a server that answers under any name', async () => {
    const { score } = await openReranker(({ path }, response) => {
      if (path.endsWith('/models')) return sendJson(response, { data: [{ id: 'model.gguf' }] });
      // As llama.cpp's server words it.
      response.writeHead(400, { 'content-type': 'application/json' });
      const message = 'input (69 tokens) is larger than the max context size (40 tokens). skipping';
      response.end(JSON.stringify({ error: { message, type: 'exceed_context_size_error' } }));
    });
    const { code, message } = await complaint(score('a'));
    expect(code).toBe('bad-input');
    expect(message).toContain('is larger than the max context size (40 tokens)');
  });

  it('refuses scores of some passages only', async () => {
    const { score } = await openReranker((_asked, response) => {
      sendJson(response, { results: [{ index: 1, relevance_score: 2 }] });
    });
    const { code, message } = await complaint(score('a', 'b'));
    expect(code).toBe('unavailable');
    expect(message).toContain('URL gives scores for 1 of 2 passages in 1 results');
  });

  it('says where nothing of the kind answers', async () => {
    const { score } = await openReranker((_asked, response) => {
      response.writeHead(404).end();
    });
    expect((await complaint(score('a'))).message).toBe(
      'Nothing answers at URL/rerank: it answers 404. Check the address: It is what comes before /rerank.',
    );
  });
});
