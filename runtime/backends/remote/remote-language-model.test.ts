import { maxHeaderSize } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { GenerateRequest, RemoteAsking, RemoteModel, RemoteUsage } from '@graft/graph';
import { afterEach, describe, expect, it } from 'vitest';
import {
  answerWith,
  beginStream,
  endStream,
  openChatServer,
  refuse,
  writeEvent,
  writePiece,
} from '../testing/chat-server.ts';
import { RemoteEndpoint } from './remote-endpoint.ts';
import { RemoteLanguageModel } from './remote-language-model.ts';

const key = { name: 'LOCAL', value: 'sk-local-0123456789' };
const request: GenerateRequest = {
  ...{ system: 'Be brief.', prompt: 'When is the kiln lit?', maxTokens: 16 },
  ...{ temperature: 0, topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1.1, seed: 3, stop: [] },
};
const never = new AbortController().signal;

let server: Awaited<ReturnType<typeof openChatServer>> | undefined;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

/** A model behind a server that answers so, what was waited for in milliseconds, and what was told. */
async function open(
  answer: Parameters<typeof openChatServer>[0],
  part: Partial<RemoteModel & RemoteAsking> = {},
) {
  server = await openChatServer(answer);
  const waits: number[] = [];
  const delays: string[] = [];
  const waiting: boolean[] = [];
  const spending: RemoteUsage[] = [];
  const remote = {
    ...{ url: server.url, model: 'kiln-1', fields: {}, secret: key.name },
    ...{ parallel: 2, timeout: 60, retries: 2, ...part },
  };
  const endpoint = new RemoteEndpoint(remote.url, remote.parallel, (ms) => {
    waits.push(ms);
    return Promise.resolve();
  });
  const model = new RemoteLanguageModel({
    ...{ id: 'kiln-1', remote, key, endpoint, contextLength: 2048 },
    waiting: (waits) => waiting.push(waits),
    price: { input: 1_000, output: 2_000 },
    spent: (usage) => spending.push(usage),
  });
  const ask = (parts: Partial<GenerateRequest> = {}, signal = never) => {
    const pieces: string[] = [];
    const onDelay = (why: string): void => void delays.push(why);
    const onText = (text: string): void => void pieces.push(text);
    const answered = model.generate({ ...request, ...parts }, { signal, onDelay, onText });
    return answered.then((result) => ({ ...result, pieces }));
  };
  return { ask, model, waits, delays, waiting, spending, requests: server.requests };
}

/** What a server that answers so is said to do. */
async function complaint(
  answer: Parameters<typeof openChatServer>[0],
  part: Partial<RemoteModel & RemoteAsking> = {},
): Promise<{ message: string; code: unknown; requests: number }> {
  const { ask, requests } = await open(answer, part);
  const error: unknown = await ask().catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error('It answered.');
  expect(error.message).not.toContain(key.value);
  const chats = requests.filter(({ path }) => path.endsWith('/chat/completions'));
  const code = 'code' in error ? error.code : undefined;
  return {
    message: error.message.replaceAll(server?.url ?? '', 'URL'),
    code,
    requests: chats.length,
  };
}

describe('a remote model', () => {
  it('tells no part of its key, wherever what the server says is cut', async () => {
    for (const before of [280, 290, 298]) {
      const said = `${'x'.repeat(before)}${key.value}`;
      const { message } = await complaint((_asked, response) => {
        refuse(response, 401, said);
      });
      expect(message).not.toContain('sk');
      await server?.[Symbol.asyncDispose]();
      server = undefined;
    }
  });

  it('streams its answer, and counts tokens as the server does', async () => {
    const { ask, requests, waiting, spending } = await open((_asked, response) => {
      answerWith(response, 'At ', '05:40', '.');
    });
    expect(await ask()).toEqual({
      ...{ text: 'At 05:40.', pieces: ['At ', '05:40', '.'], finishReason: 'stop' },
      ...{ promptTokens: 7, reusedTokens: 0, completionTokens: 3 },
    });
    expect(requests[0]?.body).toEqual({
      ...{ model: 'kiln-1', max_tokens: 16, temperature: 0 },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'When is the kiln lit?' },
      ],
      ...{ stream: true, stream_options: { include_usage: true } },
    });
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${key.value}`);
    expect(waiting).toEqual([true, false]);
    expect(spending).toEqual([{ requests: 1, inputTokens: 7, outputTokens: 3, dollars: 0.013 }]);
  });

  it('is asked with a seed and a share where it chooses, and with the fields of its node', async () => {
    const { ask, requests } = await open((_asked, response) => answerWith(response, 'Lit.'), {
      fields: { max_tokens: null, max_completion_tokens: 9, top_k: 5 },
    });
    await ask({ system: '', temperature: 0.7, stop: ['\n'] });
    expect(requests[0]?.body).toMatchObject({
      ...{ temperature: 0.7, top_p: 0.95, seed: 3, stop: ['\n'] },
      ...{ max_completion_tokens: 9, top_k: 5 },
      messages: [{ role: 'user' }],
    });
    expect(requests[0]?.body).not.toHaveProperty('max_tokens');
  });

  it('takes a whole answer of a server that does not stream, and guesses what nobody counts', async () => {
    const { ask } = await open((_asked, response) => {
      response.setHeader('content-type', 'application/json');
      const choice = { message: { content: 'At 05:40.' }, finish_reason: 'length' };
      response.end(JSON.stringify({ choices: [choice] }));
    });
    expect(await ask()).toMatchObject({
      ...{ text: 'At 05:40.', finishReason: 'length', guessedTokens: true },
      ...{ promptTokens: 8, completionTokens: 3 },
    });
  });

  it('never tells its key, though the server writes it into the answer', async () => {
    const { ask } = await open((_asked, response) => {
      answerWith(response, 'You sent sk-local', '-0123', '456789, sk-loc');
    });
    const { text, pieces } = await ask();
    expect(text).toBe('You sent [LOCAL], sk-loc');
    expect(pieces.join('')).toBe(text);
  });

  it('asks no more at once than it may, and each again alone', async () => {
    let now = 0;
    let most = 0;
    const { ask } = await open(async (_asked, response) => {
      most = Math.max(most, ++now);
      // The first until another has come, each for long enough that one too many would.
      await expect.poll(() => most).toBeGreaterThan(1);
      await delay(5);
      now--;
      answerWith(response, 'Lit.');
    });
    await Promise.all(Array.from({ length: 6 }, () => ask()));
    expect(most).toBe(2);
  });
});

describe('what may pass', () => {
  it('is waited for as long as the server asks, by all who ask it', async () => {
    const { ask, waits, delays, requests } = await open((_asked, response) => {
      if (requests.length > 1) answerWith(response, 'Lit.');
      else refuse(response.setHeader('retry-after', '7'), 429, 'slow down');
    });
    expect((await ask()).text).toBe('Lit.');
    expect(waits).toEqual([7000]);
    expect(delays[0]).toMatch(/asks Graft to wait for 7 s \(it answers 429, "slow down"\)\.$/);
  });

  it('is tried again, ever later, and shown once', async () => {
    const { ask, waits, requests } = await open((_asked, response) => {
      if (requests.length === 1) {
        beginStream(response);
        writePiece(response, 'At ');
        response.end();
      } else if (requests.length === 2) refuse(response, 503, 'loading');
      else answerWith(response, 'At 05:40.');
    });
    const { text, pieces } = await ask();
    expect(text).toBe('At 05:40.');
    expect(pieces).toEqual(['At ']);
    expect(waits.map((ms) => Math.round(ms / 1000) >= 1)).toEqual([true, true]);
    expect(Math.max(...waits)).toBeLessThan(3_000);
  });

  it('is an error in the middle of an answer, which is none', async () => {
    const { ask, requests } = await open((_asked, response) => {
      if (requests.length > 2) {
        answerWith(response, 'At 05:40.');
        return;
      }
      beginStream(response);
      writePiece(response, 'At ');
      const choices = [{ delta: { content: '' }, finish_reason: 'error' }];
      const error = { code: 502, message: 'the provider is gone' };
      writeEvent(response, requests.length === 1 ? { choices, error } : { choices });
      response.end('data: [DONE]\n\n');
    });
    expect((await ask()).text).toBe('At 05:40.');
    expect(requests).toHaveLength(3);
  });

  it('is given up in the end', async () => {
    expect(await complaint((_asked, response) => refuse(response, 500, 'no memory'))).toEqual({
      ...{ code: 'unavailable', requests: 3 },
      message:
        'URL does not answer: it answers 500, "no memory", after 3 tries. Run again later; Graft keeps the answers so far.',
    });
  });

  it('is not waited for an hour, nor where the account is used up', async () => {
    const hour = await complaint((_asked, response) => {
      refuse(response.setHeader('retry-after', '3600'), 429, 'tomorrow');
    });
    expect(hour).toMatchObject({ requests: 1 });
    expect(hour.message).toContain('and it asks Graft to wait for 3600 s');
    const spent = await complaint((_asked, response) => {
      response.writeHead(429, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"You have no credit.","code":"insufficient_quota"}}');
    });
    expect(spent).toMatchObject({ requests: 1 });
    expect(spent.message).toContain('You have no credit.');
  });

  it('is a server that falls silent', async () => {
    const silent = await complaint(() => undefined, { timeout: 0.05, retries: 1 });
    expect(silent.message).toContain('it has been silent for 0.05 s, after 2 tries');
  });
});

describe('what does not pass', () => {
  it('is a server that does not exist', async () => {
    const gone = await openChatServer(() => undefined);
    await gone[Symbol.asyncDispose]();
    const { message } = await complaint(() => undefined, { url: gone.url });
    expect(message).toBe(
      `There is no server at ${gone.url} (ECONNREFUSED). Start it, or correct the address of the Remote model.`,
    );
  });

  it('is a wrong key, which nobody is told', async () => {
    const answer = await complaint(({ headers }, response) => {
      refuse(response, 401, `Incorrect key: ${headers.authorization ?? ''}`);
    });
    expect(answer).toEqual({
      ...{ code: 'unavailable', requests: 1 },
      message:
        'URL refuses the key LOCAL: it answers 401, "Incorrect key: Bearer [LOCAL]". Correct GRAFT_SECRET_LOCAL in your settings.',
    });
  });

  it('is a model that the server lacks', async () => {
    const answer = await complaint(({ path }, response) => {
      if (path.endsWith('/models')) {
        response.end(JSON.stringify({ data: [{ id: 'kiln-2' }, { id: 'glaze-1' }] }));
      } else refuse(response, 404, 'not found');
    });
    expect(answer).toEqual({
      ...{ code: 'bad-model', requests: 1 },
      message: 'URL has no model "kiln-1". Choose one of kiln-2, glaze-1.',
    });
  });

  it('is an address where nothing of the kind answers', async () => {
    const answer = await complaint((_asked, response) => {
      response.writeHead(404).end();
    });
    expect(answer.message).toBe(
      'Nothing answers at URL/chat/completions: it answers 404. Check the address: OpenAI-compatible addresses mostly end in /v1.',
    );
    const page = await complaint((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>\n<title>Router</title>');
    });
    expect(page).toMatchObject({ requests: 1 });
    expect(page.message).toContain('it sends text/html, "<html> <title>Router</title>"');
    const echoed = await complaint(({ headers }, response) => {
      response.writeHead(200, { 'content-type': `text/x; of=${headers.authorization ?? ''}` });
      response.end('lit');
    });
    expect(echoed.message).toContain('it sends text/x; of=Bearer [LOCAL], "lit"');
    const other = await complaint((_asked, response) => {
      beginStream(response);
      writeEvent(response, { token: 'lit' });
    });
    expect(other.message).toContain('is not an OpenAI-compatible server');
  });

  it('is headers without an end', async () => {
    const answer = await complaint((_asked, response) => {
      response.writeHead(200, { 'x-long': 'a'.repeat(maxHeaderSize) }).end('lit');
    });
    expect(answer).toMatchObject({ code: 'unavailable', requests: 1 });
    expect(answer.message).toMatch(/^URL answers with more than 16 KiB of headers/);
  });

  it('is a redirect: nothing is sent there', async () => {
    const other = await openChatServer((_asked, response) => answerWith(response, 'Lit.'));
    const answer = await complaint((_asked, response) => {
      response.writeHead(307, { location: `${other.url}/chat/completions` }).end();
    });
    expect(answer).toMatchObject({ code: 'unavailable', requests: 1 });
    expect(answer.message).toContain('Graft does not follow');
    expect(other.requests).toEqual([]);
    await other[Symbol.asyncDispose]();
  });

  it('is an answer without an end', async () => {
    const answer = await complaint(async ({ gone }, response) => {
      beginStream(response);
      while (!gone.aborted) {
        writePiece(response, 'and '.repeat(4096));
        await delay(0);
      }
    });
    expect(answer).toMatchObject({ code: 'unavailable', requests: 1 });
    expect(answer.message).toContain('URL does not stop sending: more than 1114112 bytes');
  });

  it('is a prompt that is refused, or an answer that is withheld: of that item alone', async () => {
    const long = await complaint(({ path }, response) => {
      if (path.endsWith('/models')) response.end('{}');
      else refuse(response, 400, 'maximum context length is 64 tokens');
    });
    expect(long).toMatchObject({ code: 'bad-input', requests: 1 });
    expect(long.message).toContain('"maximum context length is 64 tokens"');
    const withheld = await complaint((_asked, response) => {
      beginStream(response);
      endStream(response, { prompt: 1, completion: 0, reason: 'content_filter' });
    });
    expect(withheld.code).toBe('bad-input');
  });

  it('is cancelled at once: the server sees it go', async () => {
    const cancel = new AbortController();
    const left: Promise<void>[] = [];
    const { ask, waiting } = await open(({ gone }, response) => {
      left.push(
        new Promise((resolve) => {
          gone.addEventListener('abort', () => resolve());
        }),
      );
      beginStream(response);
      writePiece(response, 'At ');
      cancel.abort(new Error('cancelled'));
    });
    await expect(ask({}, cancel.signal)).rejects.toThrow('cancelled');
    await Promise.all(left);
    expect(waiting).toEqual([true, false]);
  });
});
