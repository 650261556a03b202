import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { runEventSchema } from '@graft/graph';
import { childrenOf, moments } from '@graft/workspace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft, graftEntry, temporaryFolder } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

/** Moments at which the worker, and the command that is the server of its own run, are killed; on quick steps they are 20: `runtime/workspace/kill.test.ts`. */
const kills = 8;
const file = 'answers.graft.json';
const timeout = 1_200_000;

const graph = graphText(
  {
    files: ['load-files', { paths: ['corpus'] }],
    ask: ['questions', { questions: 'What does a vase cost?\nWho fires the kiln?' }],
    model: ['base-model'],
    chunk: ['chunk'],
    embed: ['embed'],
    index: ['index'],
    retrieve: ['retrieve', { k: 3 }],
    inject: ['inject-context', { top: 1 }],
    generate: ['generate', { maxTokens: 12, parallel: 2 }],
  },
  [
    'files.documents -> chunk.documents',
    'chunk.chunks -> embed.chunks',
    'embed.embeddings -> index.embeddings',
    'ask.questions -> retrieve.questions',
    'index.index -> retrieve.index',
    'retrieve.hits -> inject.hits',
    'inject.prompts -> generate.prompts',
    'model.model -> generate.model',
  ],
);

const workersOf = (pid: number | undefined): number[] => childrenOf(pid ?? NaN, 'worker.mjs');

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe.skipIf(process.platform !== 'linux')('kill -9 of a run on real models', () => {
  let folder: string;
  let salt = 0;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await mkdir(path.join(folder, 'corpus'));
    await writeFile(path.join(folder, file), graph);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Documents that no run has seen, so that every step has to run. */
  async function newCorpus(): Promise<void> {
    salt += 1;
    for (const name of ['prices', 'people', 'opening hours']) {
      const text = `# About ${name}\n\nA vase costs ${salt} francs. Aldo Brenner fires the kiln.\n`;
      await writeFile(path.join(folder, 'corpus', `${name}.md`), text);
    }
  }

  /** Starts the run; `ended` gives its exit code and the events it told, also when it was killed. */
  function start() {
    const child = spawn(process.execPath, [graftEntry, 'run', file, '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (data: string) => (stdout += data));
    const ended = once(child, 'close').then(([code]: unknown[]) => {
      // The last line of a killed command may be torn.
      const lines = stdout.split('\n').slice(0, -1);
      return { code, events: lines.map((line) => runEventSchema.parse(JSON.parse(line))) };
    });
    return { child, ended };
  }

  /** Milliseconds of a whole run that nothing disturbs. */
  async function undisturbed(): Promise<number> {
    await newCorpus();
    const startedAt = performance.now();
    expect((await start().ended).code).toBe(0);
    return performance.now() - startedAt;
  }

  /** What must hold whatever was killed when. */
  async function expectSound(): Promise<void> {
    expect(await readFile(path.join(folder, file), 'utf8')).toBe(graph);
    const verified = await graft(['cache', 'verify'], { cwd: folder });
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
  }

  it(`of the worker, at ${String(kills)} moments: the run goes on`, { timeout }, async () => {
    const whole = await undisturbed();
    const next = moments(1);
    let hits = 0;
    for (let i = 0; i < kills; i++) {
      await newCorpus();
      const { child, ended } = start();
      await wait(next() * whole);
      for (const pid of workersOf(child.pid)) {
        process.kill(pid, 'SIGKILL');
        hits += 1;
      }
      const { code, events } = await ended;
      const last = events.at(-1);
      expect(last, JSON.stringify(last)).toMatchObject({
        type: 'run.finished',
        status: 'succeeded',
      });
      expect(code).toBe(0);
      await expectSound();
    }
    expect(hits).toBeGreaterThan(kills / 2);
  });

  it(
    `of the command, at ${String(kills)} moments: the next run reuses what was done`,
    { timeout },
    async () => {
      const whole = await undisturbed();
      const next = moments(2);
      let interrupted = 0;
      let reused = 0;
      for (let i = 0; i < kills; i++) {
        await newCorpus();
        const { child, ended } = start();
        await wait(next() * whole);
        const workers = workersOf(child.pid);
        child.kill('SIGKILL');
        const { events } = await ended;
        await expect.poll(() => workers.filter(isRunning), { timeout: 5000 }).toEqual([]);
        await expectSound();
        const over = events.at(-1)?.type === 'run.finished';
        const [first] = events;
        if (first !== undefined && !over) {
          interrupted += 1;
          const shown = await graft(['runs', 'show', first.runId], { cwd: folder });
          expect(shown.stdout).toMatch(/failed|succeeded/);
        }
        const done = events.flatMap((event) =>
          event.type === 'step.finished' && event.step.status === 'succeeded'
            ? event.step.node
            : [],
        );
        const again = await start().ended;
        const end = again.events.at(-1);
        if (end?.type !== 'run.finished') throw new Error('the run did not finish');
        expect(end.status, JSON.stringify(end.error)).toBe('succeeded');
        const statuses = new Map(end.steps.map(({ node, status }) => [node, status]));
        expect(done.filter((node) => statuses.get(node) !== 'cached')).toEqual([]);
        reused += done.length;
      }
      expect(interrupted).toBeGreaterThan(kills / 4);
      expect(reused).toBeGreaterThan(kills / 2);
    },
  );
});
