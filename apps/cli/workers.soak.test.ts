import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '../../prisma/index.ts';
import { answerWith, openChatServer } from '../../runtime/backends/testing/chat-server.ts';
import { gatewaySecret, startS3Gateway } from '../../runtime/backends/testing/s3-gateway.ts';
import { graft, graftEntry, temporaryFolder, type Finished } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

const examples = path.resolve(import.meta.dirname, '../../examples');
const server = await startPostgres();
const gateway = await startS3Gateway();
afterAll(async () => {
  await server?.stop();
  if (gateway.missing === undefined) await gateway[Symbol.asyncDispose]();
});

const missing = server === undefined ? noPostgres : gateway.missing;
const bucket = gateway.missing === undefined ? gateway.folder : '';
const exec = promisify(execFile);

const finishedSchema = z.object({
  status: z.string(),
  steps: z.array(
    z.object({
      ...{ node: z.string(), status: z.string() },
      checkpoints: z.object({ from: z.number().optional() }).optional(),
    }),
  ),
  outputs: z.record(z.string(), z.record(z.string(), z.object({ digest: z.string() }))),
});
const logSchema = z.object({ type: z.literal('step.log'), node: z.string(), message: z.string() });

const eventSchema = z.object({
  ...{ type: z.string(), node: z.string().default(''), message: z.string().default('') },
});

const linesOf = ({ stdout }: Finished): unknown[] =>
  stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

/** The last event of `graft run --json`. */
function finished(run: Finished): z.infer<typeof finishedSchema> {
  expect(run.code, run.stderr).toBe(0);
  return finishedSchema.parse(linesOf(run).at(-1));
}

/** Pids of the workers by the nodes whose steps they began. */
function workersOf(run: Finished): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of linesOf(run)) {
    const { message = '', node = '' } = logSchema.safeParse(line).data ?? {};
    const pid = /process (\d+) computes this step/.exec(message)?.[1];
    if (pid !== undefined) found.set(node, Number(pid));
  }
  return found;
}

const title = `graft worker${missing === undefined ? '' : ` (${missing})`}`;
describe.skipIf(missing !== undefined)(title, { timeout: 900_000 }, () => {
  const database = new URL(server?.address ?? 'postgres://none');
  database.searchParams.set('schema', 'workers');
  const environment = (): Record<string, string> => ({
    GRAFT_DATABASE: database.href,
    ...(gateway.missing === undefined ? gateway.variables('team/workers') : {}),
  });
  const run = ['run', 'rag-quickstart.graft.json', '--json', '--set', 'questions.limit=1'];
  const workers: { readonly child: ChildProcess; readonly output: () => string }[] = [];
  let [embedded, shared] = ['', ''];

  /** A worker with a state folder and models of its own, as on another machine. */
  async function startWorker(
    name: string,
    { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
  ) {
    const folder = path.join(shared, '..', `${path.basename(shared)}-${name}`);
    await mkdir(folder, { recursive: true });
    const child = spawn(process.execPath, [graftEntry, 'worker', folder, ...args], {
      env: {
        ...{ ...process.env, ...environment(), ...env },
        GRAFT_MODELS: path.join(folder, 'models'),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const worker = { child, folder, output: () => output };
    workers.push(worker);
    return worker;
  }

  async function endWorkers(): Promise<void> {
    for (const { child } of workers.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }

  beforeAll(async () => {
    [embedded, shared] = [await temporaryFolder(), await temporaryFolder()];
    const filter = (from: string): boolean => path.basename(from) !== '.graft';
    for (const folder of [embedded, shared])
      await cp(examples, folder, { recursive: true, filter });
  });
  afterAll(async () => {
    await endWorkers();
    const parent = path.dirname(shared);
    for (const name of await readdir(parent)) {
      if (!name.startsWith(path.basename(shared))) continue;
      await rm(path.join(parent, name), { recursive: true, force: true, maxRetries: 20 });
    }
    await rm(embedded, { recursive: true, force: true });
  });

  it('computes the quickstart on machines that share only the database and the bucket', async () => {
    const first = await startWorker('one', { args: ['--queues', 'cpu', '--slots', '2'] });
    await expect.poll(first.output, { timeout: 60_000 }).toContain('Waits until a workspace');
    // Opening the workspace is enough.
    const env = environment();
    expect((await graft(['runs', 'ls', '--workspace', shared], { env })).code).toBe(0);
    await expect.poll(first.output, { timeout: 60_000 }).toContain('Takes steps of cpu');
    const second = await startWorker('two', { args: ['--queues', 'cpu,training', '--slots', '2'] });
    await expect.poll(second.output, { timeout: 60_000 }).toContain('Takes steps of cpu, training');

    const distributed = await graft(run, { cwd: shared, env });
    const here = finished(await graft(run, { cwd: embedded }));
    const there = finished(distributed);
    // LanceDB names the files of an index by chance, so no two have the same bytes.
    const comparable = ({ outputs }: typeof here) => ({ ...outputs, 'retriever/index': undefined });
    expect(comparable(there)).toEqual(comparable(here));
    const computed = there.steps.filter(({ status }) => status === 'succeeded');
    const by = workersOf(distributed);
    expect([...by.keys()].sort()).toEqual(computed.map(({ node }) => node).sort());
    const pids = workers.map(({ child }) => child.pid);
    expect([...new Set(by.values())].filter((pid) => !pids.includes(pid))).toEqual([]);
  });

  it('continues the training of a killed worker on another one, to the same weights', async () => {
    const often = { maxLength: 128, batch: 1, epochs: 10, learningRate: 3e-3, checkpointEvery: 10 };
    const sizes = { layers: 2, width: 64, heads: 4, kvHeads: 2, feedForward: 128 };
    const { registry } = await import('@graft/nodes/definitions');
    const node = (type: string, params = {}) => ({
      ...{ type, version: registry.get(type)?.version ?? 1, params },
    });
    const graph = {
      graft: 1,
      nodes: {
        base: node('base-model'),
        start: node('random-model', sizes),
        rows: node('load-dataset', { files: ['colours.jsonl'], evalShare: 0 }),
        tune: node('fine-tune', often),
      },
      edges: [
        'base.model -> start.like',
        'start.model -> tune.model',
        'rows.dataset -> tune.dataset',
      ],
    };
    const rows = ['red', 'blue', 'green'].map((colour) =>
      JSON.stringify({ instruction: `What is ${colour}?`, output: `The ${colour} barn.` }),
    );
    for (const folder of [embedded, shared]) {
      await writeFile(path.join(folder, 'training.graft.json'), JSON.stringify(graph));
      await writeFile(path.join(folder, 'colours.jsonl'), rows.join('\n'));
    }
    const here = finished(await graft(['run', 'training.graft.json', '--json'], { cwd: embedded }));

    const third = await startWorker('three', { args: ['--queues', 'cpu,training'] });
    await expect.poll(third.output, { timeout: 60_000 }).toContain('Takes steps');
    const child = spawn(process.execPath, [graftEntry, 'run', 'training.graft.json', '--json'], {
      ...{ cwd: shared, env: { ...process.env, ...environment() } },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    let stdout = '';
    let [pid, saved, killed] = [0, 0, 0];
    for await (const line of createInterface({ input: child.stdout })) {
      stdout += `${line}\n`;
      const event = eventSchema.parse(JSON.parse(line));
      if (event.node !== 'tune') continue;
      pid = Number(/process (\d+) computes this step/.exec(event.message)?.[1] ?? pid);
      if (event.type === 'step.checkpoint') saved += 1;
      // The first ones are stored by then.
      if (saved < 4 || killed > 0) continue;
      killed = pid;
      process.kill(pid, 'SIGKILL');
    }
    await closed;
    const there = finished({ code: child.exitCode, stdout, stderr: '', ms: 0 });
    // Its metrics hold times.
    expect(there.outputs['tune']?.['model']).toEqual(here.outputs['tune']?.['model']);
    expect(killed).toBeGreaterThan(0);
    expect(pid).not.toBe(killed);
    const tune = there.steps.find((step) => step.node === 'tune');
    expect(tune?.checkpoints?.from).toBeGreaterThan(0);
  });

  it('trains, answers and compares twelve variants on three workers as in one process', async () => {
    const env = environment();
    while (workers.filter(({ child }) => child.exitCode === null && !child.killed).length < 3) {
      const name = `more-${String(workers.length)}`;
      const more = await startWorker(name, { args: ['--queues', 'cpu,training'] });
      await expect.poll(more.output, { timeout: 60_000 }).toContain('Takes steps');
    }
    const small = ['--set', 'train-lora.epochs=1', '--set', 'questions.limit=4'];
    const train = ['run', 'lora-quickstart.graft.json', '--json', ...small];
    const trained = await graft(train, { cwd: shared, env });
    expect(workersOf(trained).has('train-lora')).toBe(true);
    // Its metrics hold times.
    const comparable = ({ outputs }: ReturnType<typeof finished>) => ({
      ...outputs,
      'train-lora': { ...outputs['train-lora'], metrics: undefined },
    });
    const trainedHere = finished(await graft(train, { cwd: embedded }));
    expect(comparable(finished(trained))).toEqual(comparable(trainedHere));

    const vary = ['experiment', 'chunking-experiment.graft.json', 'chunk-and-mode'];
    const varied = await graft([...vary, '--out', 'table.md'], { cwd: shared, env });
    expect(varied.code, varied.stderr).toBe(0);
    const variedHere = await graft([...vary, '--out', 'table.md'], { cwd: embedded });
    expect(variedHere.code, variedHere.stderr).toBe(0);
    const [there, here] = await Promise.all(
      [shared, embedded].map((folder) => readFile(path.join(folder, 'table.md'), 'utf8')),
    );
    // How long it took, and what was reused, differs.
    const figures = (table = ''): string => table.replace(/^(\|.*\| \d+ \| \d+) \|.*$/gm, '$1');
    expect(figures(there)).toBe(figures(here));
    expect(there?.match(/^\|.*(?:dense|bm25|hybrid)/gm)).toHaveLength(12);
  });

  it('keeps keys out of the database and the bucket, and fails on a worker that has none', async () => {
    const key = 'sk-workers-0123456789-abcdef';
    await using opened = await openDatabase(database.href);
    const rows: string[] = [];
    await using chat = await openChatServer(async (_request, response) => {
      for (const table of ['QueuedStep', 'StepReport', 'Event'] as const) {
        const found = await opened.queries.selectFrom(table).selectAll().execute();
        rows.push(JSON.stringify(found));
      }
      answerWith(response, 'Paris.');
    });
    const remote = { url: chat.url, model: 'smol', key: { $secret: 'CHAT' }, retries: 0 };
    const text = graphText(
      {
        ask: ['questions', { questions: 'What is the capital of France?' }],
        prompt: ['prompt'],
        remote: ['remote-model', remote],
        there: ['generate', { maxTokens: 24 }],
      },
      [
        ...['ask.questions -> prompt.questions', 'prompt.prompts -> there.prompts'],
        'remote.model -> there.model',
      ],
    );
    await writeFile(path.join(shared, 'chat.graft.json'), text);
    const own = {
      ...{ GRAFT_SECRET_CHAT: key, GRAFT_ENDPOINTS: `CHAT@${new URL(chat.url).origin}` },
      XDG_CONFIG_HOME: path.join(shared, 'no-settings'),
    };
    const env = { ...environment(), ...own };
    const without = await graft(['run', 'chat.graft.json', '--json'], { cwd: shared, env });
    expect(without.code).toBe(1);
    expect(without.stdout).toMatch(/CHAT.*The worker .*, process \d+ says this/);

    await endWorkers();
    const keyed = await startWorker('keyed', { args: ['--queues', 'cpu'], env: own });
    await expect.poll(keyed.output, { timeout: 60_000 }).toContain('Takes steps');
    const answered = await graft(['run', 'chat.graft.json', '--json'], { cwd: shared, env });
    expect(finished(answered).status).toBe('succeeded');
    expect(workersOf(answered).get('there')).toBe(keyed.child.pid);
    expect(rows.some((text) => text.includes('CHAT'))).toBe(true);
    const dump = await exec('pg_dump', ['--schema', 'workers', server?.address ?? ''], {
      maxBuffer: 1e9,
    });
    expect(dump.stdout).toContain('CHAT');
    const objects = await readdir(bucket, { recursive: true, withFileTypes: true });
    const files = objects.filter((object) => object.isFile());
    expect(files.length).toBeGreaterThan(0);
    const stored = await Promise.all(
      files.map((file) => readFile(path.join(file.parentPath, file.name), 'latin1')),
    );
    const names = files.map((file) => path.join(file.parentPath, file.name)).join('\n');
    const told = [...rows, without.stdout, without.stderr, answered.stdout, dump.stdout, names];
    for (const secret of [key, gatewaySecret, database.password]) {
      if (secret === '') continue;
      expect([...told, ...stored].filter((text) => text.includes(secret))).toHaveLength(0);
    }
  });

  it('prints no secret', async () => {
    const { stdout } = await graft(['runs', 'show', 'latest', '--workspace', shared], {
      env: environment(),
    });
    const told = [stdout, ...workers.map(({ output }) => output())].join('\n');
    expect(told).not.toMatch(new RegExp(`${gatewaySecret}|${database.password}`));
  });

  it('stops when it is interrupted, and refuses bad options', async () => {
    const [first] = workers;
    const exited = once(first?.child ?? process, 'exit');
    first?.child.kill('SIGTERM');
    expect((await exited)[0]).toBe(0);
    const alone = await graft(['worker', embedded], { env: { GRAFT_DATABASE: '' } });
    expect(alone).toMatchObject({ code: 2 });
    expect(alone.stderr).toContain('Set GRAFT_DATABASE=postgres://');
    const unknown = await graft(['worker', embedded, '--queues', 'cpu,quantum'], {
      env: environment(),
    });
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain('--queues cannot take "quantum"');
    const elsewhere = { ...environment(), GRAFT_ARTIFACTS: '' };
    const apart = await graft(['worker', embedded], { env: elsewhere });
    expect(apart.code).not.toBe(0);
    expect(apart.stderr).toContain('does not hold the artifacts of the workspace');
  });
});
