import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defaultModelsFolder } from '@graft/backends/catalogue';
import { hitSchema } from '@graft/graph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openChatServer, refuse, sendJson } from '../../runtime/backends/testing/chat-server.ts';
import { graft } from './testing/graft-command.ts';
import { temporaryFolder } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

/** Retrieval by an embedder and a reranker behind a server of the test's own, which wants a key. */
const secret = 'sk-encoders-0123456789';
const file = 'remote-encoders.graft.json';
const texts: Readonly<Record<string, string>> = {
  'kiln.md': 'The kiln is lit at dawn.',
  'glaze.md': 'Glaze needs a kiln that is hot.',
  'shop.md': 'The shop opens at nine.',
};

let folder: string;
let server: Awaited<ReturnType<typeof openChatServer>>;

/** How often a text names the kiln, glaze and the shop. */
const vectorOf = (text: string): number[] =>
  ['kiln', 'glaze', 'shop'].map((word) => text.toLowerCase().split(word).length - 0.9);

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const [name, text] of Object.entries(texts)) await writeFile(path.join(folder, name), text);
  server = await openChatServer(({ path: asked, body, headers }, response) => {
    if (headers.authorization !== `Bearer ${secret}`) return refuse(response, 401, 'Wrong key');
    const strings = z.array(z.string());
    if (asked === '/v1/embeddings') {
      const data = strings
        .parse(body['input'])
        .map((text, index) => ({ index, embedding: vectorOf(text) }));
      return sendJson(response, { data: data.reverse(), usage: { prompt_tokens: 500 } });
    }
    const scored = strings
      .parse(body['documents'])
      .map((text, index) => ({ index, relevance_score: text.includes('hot') ? 9 : -9 }));
    sendJson(response, { results: scored.reverse() });
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function run(remote: Readonly<Record<string, unknown>> = {}) {
  const key = { $secret: 'LOCAL' };
  const text = graphText(
    {
      texts: ['load-files', { paths: ['*.md'] }],
      chunk: ['chunk'],
      embedder: [
        'remote-embedder',
        { url: server.url, model: 'counts', dimension: 3, key, ...remote },
      ],
      embed: ['embed'],
      index: ['index'],
      ask: ['questions', { questions: 'When is the kiln lit?' }],
      find: ['retrieve', { mode: 'dense' }],
      reranker: ['remote-reranker', { url: server.url, key }],
      rerank: ['rerank', { method: 'trained', rrf: 1, weight: 10 }],
    },
    [
      ...['texts.documents -> chunk.documents', 'chunk.chunks -> embed.chunks'],
      ...['embedder.embedder -> embed.trained', 'embedder.embedder -> find.trained'],
      ...['embed.embeddings -> index.embeddings', 'index.index -> find.index'],
      ...['ask.questions -> find.questions', 'find.hits -> rerank.hits'],
      'reranker.reranker -> rerank.trained',
    ],
  );
  await writeFile(path.join(folder, file), text);
  return command('run', file, '--out', 'out');
}

function command(...args: readonly string[]) {
  return graft(args, {
    cwd: folder,
    env: {
      XDG_CONFIG_HOME: path.join(folder, 'no-settings'),
      GRAFT_MODELS: defaultModelsFolder(process.env),
      GRAFT_SECRET_LOCAL: secret,
      GRAFT_ENDPOINTS: `LOCAL@${new URL(server.url).origin}`,
      GRAFT_PRICES: `counts@${new URL(server.url).origin}=2`,
    },
  });
}

it('embeds, indexes, searches and reranks on a server, asks once, and says what that costs', async () => {
  const end = await run();
  expect(end.stdout + end.stderr).not.toContain(secret);
  expect(end).toMatchObject({ code: 0 });
  const line = await readFile(path.join(folder, 'out', 'rerank.hits.jsonl'), 'utf8');
  const { hits } = z.object({ hits: z.array(hitSchema) }).parse(JSON.parse(line));
  expect(hits.map(({ chunk, before }) => [chunk.source.path, before])).toEqual([
    ['glaze.md', 2],
    ['kiln.md', 1],
    ['shop.md', 3],
  ]);
  expect(server.requests.map(({ path: asked }) => asked)).toEqual([
    ...['/v1/embeddings', '/v1/embeddings', '/v1/rerank'],
  ]);

  const shown = await command('runs', 'show', 'latest');
  expect(shown.stdout).toMatch(/^embed .* 1 request, 500 tokens in, \$0\.0010/m);
  expect(shown.stdout).toMatch(/^rerank .* 1 request, about \d+ tokens in\b(?!.*\$)/m);

  const planned = await command('plan', file, '--set', 'embed.prompt=passage: ');
  expect(planned.stdout).toMatch(/, at most \$0\.00\d+ for servers \(estimate\)$/m);

  expect(await run({ batch: 2, retries: 0 })).toMatchObject({ code: 0 });
  expect(server.requests).toHaveLength(3);
});

it('says which dimension the server’s vectors have', async () => {
  const end = await run({ dimension: 4, revision: 'anew' });
  expect(end.code).toBe(2);
  expect(end.stderr).toContain('gives vectors of 3 numbers, not of 4. Set Dimension to 3');
});
