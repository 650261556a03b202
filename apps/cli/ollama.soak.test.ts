import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hashFile } from '@graft/kit';
import { openWorkspace } from '@graft/workspace';
import { askServer, runningServers } from '../../runtime/workspace/workers/running-servers.ts';
import {
  findOllama,
  ForeignServer,
  freePort,
  type Found,
} from '../../runtime/backends/testing/foreign-server.ts';
import { OtherTools } from '../../runtime/backends/testing/other-tools.ts';
import { languageModelFile } from '../../runtime/backends/testing/real-models.ts';
import { afterAll, beforeAll, describe, expect, it, vi, type TestContext } from 'vitest';
import { z } from 'zod';
import { graft } from './testing/graft-command.ts';
import { graftEntry } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

/** The small model in a real Ollama, whose store and server Graft finds. */
const name = 'smollm2:135m';
const id = `ollama:${name}`;
const questions = ['What is the capital of France?', 'What is a kiln?', 'Name a colour.'];

let found: Found;
let tools: OtherTools;
let work: string;
let server: ForeignServer | undefined;

beforeAll(async () => {
  tools = await OtherTools.open();
  work = `${tools.folder}-work`;
  await mkdir(work);
  found = await findOllama();
  if (found.missing !== undefined) return;
  const port = await freePort();
  server = await ForeignServer.start(found.path, {
    ...{ port, args: ['serve'], ready: '/api/version' },
    env: ollamaEnvironment(`127.0.0.1:${port}`),
  });
  await createModel(server);
}, 25 * 60_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await tools[Symbol.asyncDispose]();
  await rm(work, { recursive: true, force: true });
});

/** Its keys lie in its home. */
const ollamaEnvironment = (host: string): Record<string, string> => ({
  ...{ HOME: work, OLLAMA_MODELS: tools.path('ollama'), OLLAMA_HOST: host, GIN_MODE: 'release' },
  ...{ OLLAMA_CONTEXT_LENGTH: '2048', OLLAMA_NUM_PARALLEL: '1' },
});

async function createModel({ url }: ForeignServer): Promise<void> {
  const file = path.join(work, 'Modelfile');
  await writeFile(file, `FROM ${(await languageModelFile()).path}\n`);
  const made = spawn(found.path ?? '', ['create', name, '-f', file], {
    ...{ env: { ...process.env, ...ollamaEnvironment(new URL(url).host) }, stdio: 'ignore' },
  });
  const [code] = await once(made, 'exit');
  if (code !== 0) throw new Error(`ollama create ended with ${String(code)}`);
}

function running({ skip }: TestContext): ForeignServer {
  return server ?? skip(found.missing);
}

const here = () => ({
  cwd: work,
  env: {
    ...{ ...tools.environment, GRAFT_MODELS: path.join(work, 'models') },
    XDG_CONFIG_HOME: path.join(work, 'config'),
  },
});

/** The graph file that asks a model, and its path. */
async function asks(
  model: readonly [type: string, params: Readonly<Record<string, unknown>>],
  maxTokens: number,
): Promise<string> {
  const file = `${model[0]}.graft.json`;
  const text = graphText(
    {
      ask: ['questions', { questions: questions.join('\n') }],
      prompt: ['prompt'],
      model,
      write: ['generate', { maxTokens, parallel: 1 }],
    },
    [
      ...['ask.questions -> prompt.questions', 'prompt.prompts -> write.prompts'],
      'model.model -> write.model',
    ],
  );
  await writeFile(path.join(work, file), text);
  return file;
}

const answersSchema = z.array(
  z.object({ text: z.string(), promptTokens: z.number(), completionTokens: z.number() }),
);
async function answersOf(out: string) {
  const text = await readFile(path.join(work, out, 'write.answers.jsonl'), 'utf8');
  return answersSchema.parse(
    text
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  );
}

/** Where Ollama keeps the file. */
async function blob(): Promise<string> {
  const { digest } = await hashFile((await languageModelFile()).path);
  return tools.path('ollama/blobs', `sha256-${digest}`);
}

describe('a real Ollama', () => {
  it('is found running, with its models, by its own variable and by its address', async (context) => {
    const { url } = running(context);
    const { signal } = new AbortController();
    const address = `${url}/v1`;
    expect(await askServer(address, signal)).toEqual({ url: address, models: [name] });
    const usual = [{ program: 'Ollama', url: address }];
    expect(await runningServers(signal, usual, 60_000)).toEqual([
      { program: 'Ollama', url: address, models: [name] },
    ]);
  });

  it('keeps a model that is listed once as on this computer, and offered on the page', async (context) => {
    running(context);
    const listed = await graft(['models', 'ls'], here());
    const lines = listed.stdout.split('\n').filter((line) => line.startsWith(id));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('in Ollama');
    expect(lines[0]).not.toContain('unusable');
    for (const [setting, value] of Object.entries(here().env)) vi.stubEnv(setting, value);
    await using workspace = await openWorkspace({ root: work });
    const { models } = await workspace.models.offered();
    expect(models.filter(({ facts }) => facts.id === id)).toMatchObject([
      { installed: true, origin: { tool: 'Ollama', path: await blob() } },
    ]);
    vi.unstubAllEnvs();
  });

  it('answers a Remote model token by token, and its counts are recorded', async (context) => {
    const { url } = running(context);
    const file = await asks(['remote-model', { url: `${url}/v1`, model: name }], 24);
    const run = await graft(['run', file, '--json', '--out', 'there'], here());
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout.match(/"step\.token"/g)?.length ?? 0).toBeGreaterThan(questions.length);
    const answers = await answersOf('there');
    expect(answers[0]?.text).toContain('Paris');
    for (const { promptTokens, completionTokens } of answers) {
      expect(promptTokens).toBeGreaterThan(0);
      expect(completionTokens).toBeGreaterThan(0);
    }
    const shown = await graft(['runs', 'show', 'latest'], here());
    const sum = (of: 'promptTokens' | 'completionTokens'): number =>
      answers.reduce((total, answer) => total + answer[of], 0);
    expect(shown.stdout).toMatch(
      new RegExp(
        `^write .* 3 requests, ${sum('promptTokens')} tokens in, ${sum('completionTokens')} out`,
        'm',
      ),
    );
  });

  it('shares its model’s file, which Graft reads in place by digest and leaves unchanged', async (context) => {
    running(context);
    const before = await tools.state();
    const file = await asks(['base-model', { model: id }], 4);
    const run = await graft(['run', file, '--out', 'here'], here());
    expect(run).toMatchObject({ code: 0 });
    const info = await graft(['models', 'info', id], here());
    expect(info.stdout).toMatch(/digest +[0-9a-f]{64}/);
    expect((await answersOf('here'))[0]?.text).not.toBe('');
    expect(await tools.state()).toEqual(before);
  });

  it('that deletes the file in mid-run ends the run with what is gone and how to get it back', async (context) => {
    const ollama = running(context);
    const file = await asks(['base-model', { model: id }], 64);
    const child = spawn(process.execPath, [graftEntry, 'run', file, '--json'], {
      ...{ cwd: work, env: { ...process.env, ...here().env } },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let told = '';
    const token = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        told += text;
        if (told.includes('"step.token"')) resolve();
      });
    });
    const closed = once(child, 'close');
    await Promise.race([token, closed]);
    await rm(await blob());
    const [code] = await closed;
    expect(told).toContain('"run.finished"');
    if (code !== 0) {
      expect(told).toContain('is gone');
      expect(told).toContain(`ollama pull ${name}`);
    }
    const gone = await graft(['run', file, '--set', 'write.maxTokens=5'], here());
    expect(gone.code).not.toBe(0);
    expect(gone.stderr).toContain(`ollama pull ${name}`);
    await createModel(ollama);
    const back = await graft(['run', file, '--set', 'write.maxTokens=5'], here());
    expect(back).toMatchObject({ code: 0 });
  });
});
