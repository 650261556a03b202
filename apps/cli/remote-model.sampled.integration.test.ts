import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createBackends, type LoadedBackends } from '@graft/backends';
import { createCatalogue, defaultModelsFolder } from '@graft/backends/catalogue';
import {
  answerWith,
  beginStream,
  endStream,
  openChatServer,
  refuse,
  writePiece,
  type ChatRequest,
} from '../../runtime/backends/testing/chat-server.ts';
import type { LanguageModel } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { graft } from './testing/graft-command.ts';
import { graft as graftProcess, temporaryFolder, type Finished } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

/** A real model behind an OpenAI-compatible server of the test's own, and graphs that ask it with a key. */
const modelId = 'SmolLM2-135M-Instruct';
const secret = 'sk-graft-0123456789-abcdef';
const file = 'remote.graft.json';
const questions = ['What is the capital of France?', 'What is a kiln?', 'Name a colour.'];

const hanging = 'And then';

let folder: string;
let backends: LoadedBackends;
let model: LanguageModel;
let server: Awaited<ReturnType<typeof openChatServer>>;
/** What the server does instead of answering. */
let misbehave: ((request: ChatRequest) => Misbehaviour) | undefined;
/** An error, a beginning of its own, nothing more after the first words, or an answer of its own. */
type Misbehaviour = [status: number, message: string] | string | { says: string } | undefined;
const gone = { GRAFT_ENDPOINTS: 'http://graft.localhost.invalid' };

beforeAll(async () => {
  folder = await temporaryFolder();
  const catalogue = createCatalogue({ modelsFolder: defaultModelsFolder(process.env) });
  backends = createBackends({ catalogue });
  await catalogue.fetch(modelId);
  const digest = catalogue.lookup(modelId)?.digest ?? '';
  model = await backends.languageModel(
    { id: modelId, digest },
    { contextLength: 2048, parallel: 4 },
  );
  server = await openChatServer(async (request, response) => {
    const odd = misbehave?.(request);
    if (Array.isArray(odd)) return refuse(response, ...odd);
    if (request.headers.authorization !== `Bearer ${secret}`) {
      return refuse(response, 401, `Wrong key: ${request.headers.authorization ?? 'none'}`);
    }
    if (request.path === '/v1/models') {
      return void response.end(JSON.stringify({ data: [{ id: 'smol' }] }));
    }
    if (request.body['model'] !== 'smol') return refuse(response, 404, 'no such model');
    if (typeof odd === 'object') return answerWith(response, odd.says);
    beginStream(response);
    if (odd !== undefined) writePiece(response, odd);
    if (odd === hanging) return;
    const [system, user] = request.messages;
    const { promptTokens, completionTokens, finishReason } = await model.generate(
      {
        ...{ system: system?.content ?? '', prompt: user?.content ?? '', stop: [], seed: 0 },
        ...{ maxTokens: Number(request.body['max_tokens']), temperature: 0 },
        ...{ topK: 40, topP: 0.95, minP: 0.05, repeatPenalty: 1.1 },
      },
      { signal: request.gone, onText: (text) => writePiece(response, text) },
    );
    const usage = { prompt: promptTokens, completion: completionTokens };
    endStream(response, { ...usage, reason: finishReason });
  });
  await write({});
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await backends[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** The graph: the same prompts to the model here and behind the address. */
async function write(remote: Readonly<Record<string, unknown>>): Promise<void> {
  const text = graphText(
    {
      ask: ['questions', { questions: questions.join('\n') }],
      base: ['base-model'],
      // As the server reads it.
      here: ['generate', { system: 'Be brief.', maxTokens: 24, encoding: 'as-published' }],
      prompt: ['prompt'],
      remote: [
        'remote-model',
        { url: server.url, model: 'smol', key: { $secret: 'LOCAL' }, retries: 0, ...remote },
      ],
      there: ['generate', { system: 'Be brief.', maxTokens: 24 }],
    },
    [
      ...['ask.questions -> prompt.questions', 'base.model -> here.model'],
      ...['prompt.prompts -> here.prompts', 'prompt.prompts -> there.prompts'],
      'remote.model -> there.model',
    ],
  );
  await writeFile(path.join(folder, file), text);
}

const settings = () => ({
  XDG_CONFIG_HOME: path.join(folder, 'no-settings'),
  GRAFT_SECRET_LOCAL: secret,
  GRAFT_ENDPOINTS: `LOCAL@${new URL(server.url).origin}`,
});
/** Runs a command, none of which may say the secret. */
async function run(
  args: readonly string[],
  env: Record<string, string> = {},
  command = graft,
): Promise<Finished> {
  const end = await command(args, {
    cwd: folder,
    env: { ...settings(), GRAFT_MODELS: defaultModelsFolder(process.env), ...env },
  });
  expect(end.stdout + end.stderr).not.toContain(secret);
  return end;
}
const chats = (): number =>
  server.requests.filter(({ path: at }) => at.endsWith('/chat/completions')).length;

const answersSchema = z.array(
  z.object({ id: z.string(), text: z.string(), promptTokens: z.number() }),
);
async function answersOf(node: string, out: string) {
  const text = await readFile(path.join(folder, out, `${node}.answers.jsonl`), 'utf8');
  return answersSchema.parse(
    text
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  );
}

it('answers as the same model does here, and is asked once', async () => {
  expect(await run(['run', file, '--out', 'out'])).toMatchObject({ code: 0 });
  const [here, there] = [await answersOf('here', 'out'), await answersOf('there', 'out')];
  expect(there).toEqual(here);
  expect(there[0]?.text).toContain('Paris');
  expect(chats()).toBe(questions.length);

  await write({ concurrency: 2, timeout: 60, key: { $secret: 'LOCAL' } });
  expect(await run(['run', file])).toMatchObject({ code: 0 });
  expect(chats()).toBe(questions.length);
});

it('may be planned without leave where nothing is left to ask, and not where there is', async () => {
  await write({});
  expect(await run(['run', file])).toMatchObject({ code: 0 });
  expect(await run(['plan', file], { GRAFT_ENDPOINTS: '' })).toMatchObject({ code: 0 });
  await write({ revision: 'unseen' });
  expect(await run(['plan', file])).toMatchObject({ code: 0 });
  const refused = await run(['plan', file], { GRAFT_ENDPOINTS: '' });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('do not bind it') });
});

describe('what goes wrong is said in one message', () => {
  it.each([
    ['an address that may not be asked', { url: 'http://graft.invalid/v1', key: null }, {}],
    ['a key that is not bound to it', {}, { GRAFT_ENDPOINTS: '' }],
    ['a key that is not set', {}, { GRAFT_SECRET_LOCAL: '' }],
    ['a wrong key', {}, { GRAFT_SECRET_LOCAL: 'sk-wrong-0123456789' }],
    ['no key', { key: null }, {}],
    ['a model that does not exist', { model: 'large' }, {}],
    ['a server that does not exist', { url: 'http://graft.localhost.invalid/v1', key: null }, gone],
  ])('%s', async (_what, remote, env) => {
    await write({ revision: 'anew', ...remote });
    const end = await run(['run', file], env);
    expect([1, 2]).toContain(end.code);
    expect(end.stdout + end.stderr).not.toContain('sk-wrong-0123456789');
    const errors = end.stderr.split('\n').filter((line) => line.startsWith('error '));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(
      /do not allow|do not bind it|is not set|refuses the key|needs a key|Choose one of smol|no server at/,
    );
  });

  it('a key in the place of its name', async () => {
    await write({ revision: 'anew' });
    const end = await run(['run', file, '--set', `remote.key=${secret}`]);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain('must name a secret');
  });
});

it('keeps the secret out of every file, also where the server tells it', async () => {
  await write({ revision: 'echoed' });
  misbehave = () => `Your key is ${secret}. `;
  expect(await run(['run', file, '--json'])).toMatchObject({ code: 0 });
  await write({ revision: 'refused' });
  misbehave = () => [500, `I was sent ${secret}`];
  expect(await run(['run', file])).toMatchObject({ code: 1 });
  misbehave = undefined;

  for (const format of ['html', 'md', 'bundle']) {
    expect(await run(['export', 'latest', '--format', format])).toMatchObject({ code: 0 });
  }
  const archive = path.join(folder, 'remote.graft.zip');
  await write({ revision: 'echoed' });
  expect(await run(['pack', file, '--artifacts', '--out', archive])).toMatchObject({ code: 0 });
  const elsewhere = path.join(folder, 'elsewhere');
  await mkdir(elsewhere);
  expect(await run(['unpack', archive, '--workspace', elsewhere])).toMatchObject({ code: 0 });
  expect(await run(['plan', file, '--json'])).toMatchObject({ code: 0 });
  expect(await run(['doctor', '--json'])).toMatchObject({ code: 0 });

  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const holding: string[] = [];
  let marked = 0;
  for (const { parentPath, name } of files) {
    const bytes = await readIfThere(path.join(parentPath, name));
    if (bytes === undefined) continue;
    if (bytes.includes(secret)) holding.push(path.join(parentPath, name));
    if (bytes.includes('Your key is [LOCAL].')) marked++;
  }
  expect(holding).toEqual([]);
  // The search finds what stands there: the answers that had it, in artifacts and the package.
  expect(marked).toBeGreaterThan(2);
});

/**
 * Undefined for a file that is gone: SQLite removes its `-shm` and `-wal` with the last connection, which ends when its
 * statements are collected, so after the command that opened it.
 */
async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

it('judges answers as well', async () => {
  await writeFile(
    path.join(folder, 'asked.jsonl'),
    `${JSON.stringify({ question: questions[0], reference: 'Paris.' })}\n`,
  );
  const remote = { url: server.url, model: 'smol', key: { $secret: 'LOCAL' } };
  const text = graphText(
    {
      ask: ['questions', { paths: ['asked.jsonl'] }],
      judge: ['judge', { metrics: ['judgedAccuracy'] }],
      prompt: ['prompt'],
      remote: ['remote-model', remote],
      write: ['generate', { maxTokens: 24 }],
    },
    [
      ...['ask.questions -> prompt.questions', 'prompt.prompts -> write.prompts'],
      ...['remote.model -> write.model', 'remote.model -> judge.model'],
      'write.answers -> judge.answers',
    ],
  );
  await writeFile(path.join(folder, 'judged.graft.json'), text);
  misbehave = ({ messages: [first] }) =>
    first?.content.startsWith('You judge') === true ? { says: 'Yes.' } : undefined;
  expect(await run(['run', 'judged.graft.json', '--out', 'judged'])).toMatchObject({ code: 0 });
  misbehave = undefined;
  const metrics = await readFile(path.join(folder, 'judged', 'judge.metrics.jsonl'), 'utf8');
  expect(metrics.split('\n')[0]).toContain('"judgedAccuracy":1');
});

it.runIf(inject('share') === 1)(
  'judges, makes questions and takes labels as the example does, on a small part of it',
  async () => {
    const shown = path.join(folder, 'shown');
    const examples = path.resolve(import.meta.dirname, '../../examples');
    const example = 'judge-and-label.graft.json';
    for (const name of [
      example,
      'handbook/kilns',
      'handbook-questions.jsonl',
      'lib',
      'reader/adapter',
    ]) {
      await cp(path.join(examples, name), path.join(shown, name), { recursive: true });
    }
    const set = [
      ...[`judge-model.url=${server.url}`, 'judge-model.model=smol', 'sample.least=2'],
      ...['judge-model.key={"$secret":"LOCAL"}', 'files.paths=["handbook/kilns/**/*.md"]'],
      ...['topic.paths=["handbook/kilns/eastern-kiln.md"]', 'make-dataset.answerability=none'],
      ...['judge.maxTokens=48', 'judge.context=2048'],
    ].flatMap((setting) => ['--set', setting]);
    const runIt = () =>
      run(['run', path.join(shown, example), '--workspace', shown, '--out', 'shown-out', ...set]);
    // Whether the model writes a question that can be read depends on the processor.
    misbehave = ({ messages }) =>
      messages.at(-1)?.content.includes('Write questions') === true
        ? { says: 'Q: When is the Eastern Kiln lit?\nA: At dawn.' }
        : undefined;
    expect(await runIt()).toMatchObject({ code: 0 });
    const read = (output: string) =>
      readFile(path.join(folder, 'shown-out', `${output}.jsonl`), 'utf8');
    expect(await read('make-dataset.questions')).toContain('At dawn');
    expect((await read('judge.judgements')).trim().split('\n')).toHaveLength(4);
    const asked = chats();

    const labelled = z
      .array(
        z.object({
          question: z.object({ id: z.string(), question: z.string() }),
          text: z.string(),
        }),
      )
      .parse(
        (await read('generate.answers'))
          .trim()
          .split('\n')
          .map((line): unknown => JSON.parse(line)),
      );
    const lines = labelled.map(({ question, text }, at) =>
      JSON.stringify({ ...question, answer: text, label: at === 0 ? 'right' : 'wrong' }),
    );
    await writeFile(path.join(shown, 'judge-and-label.labels.jsonl'), `${lines.join('\n')}\n`);
    expect(await runIt()).toMatchObject({ code: 0 });
    misbehave = undefined;
    const [summary = ''] = (await read('label.metrics')).split('\n');
    expect(JSON.parse(summary)).toMatchObject({ values: { right: 1, wrong: 1, unlabelled: 0 } });
    expect(await read('label.agreement')).toContain('"label":"accuracy"');
    expect(chats()).toBe(asked);
  },
);

it('ends a run at once that is cancelled while the server writes', async () => {
  await write({ revision: 'cancelled' });
  const open = new Promise<ChatRequest>((resolve) => {
    misbehave = (request) => {
      resolve(request);
      return hanging;
    };
  });
  const ended = run(['run', file], {}, graftProcess);
  const { gone } = await open;
  const left = new Promise((resolve) => {
    gone.addEventListener('abort', resolve);
  });
  const { stdout } = await run(['runs', 'ls']);
  const id = /^\S+/m.exec(stdout)?.[0] ?? '';
  await run(['runs', 'cancel', id]);
  await left;
  expect((await ended).code).toBe(130);
  misbehave = undefined;
});
