import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runEventSchema, type RunEvent } from '@graft/graph';
import { childrenOf } from '@graft/workspace/testing';
import { expect } from 'vitest';
import { graft, graftEntry, temporaryFolder } from './graft-process.ts';
import { graphText } from './graph-text.ts';

const file = 'answers.graft.json';
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

/** A run of the built command that is under way. */
export interface StartedRun {
  readonly child: ChildProcess;
  /** Resolves when a line of events matches; rejects when the command ends without one. */
  told(event: RegExp): Promise<void>;
  /** The exit code, null after a kill, and every event that the command printed whole. */
  readonly ended: Promise<{ readonly code: number | null; readonly events: readonly RunEvent[] }>;
}

/** Returns at the moment at which to kill. */
export type KillMoment = (run: StartedRun) => Promise<void>;

/** `graft run` of a pipeline on real models, killed with kill -9 again and again in one workspace. */
export class KilledRuns implements AsyncDisposable {
  readonly #folder: string;
  #salt = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<KilledRuns> {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, 'corpus'));
    await writeFile(path.join(folder, file), graph);
    return new KilledRuns(folder);
  }

  /** Milliseconds of a whole run that nothing disturbs. */
  async undisturbed(): Promise<number> {
    await this.#newCorpus();
    const startedAt = performance.now();
    expect((await this.#start().ended).code).toBe(0);
    return performance.now() - startedAt;
  }

  /** Kills the worker of a new run, which must succeed nevertheless. Gives the number of killed processes. */
  async killWorker(at: KillMoment): Promise<number> {
    await this.#newCorpus();
    const run = this.#start();
    await at(run);
    const workers = workersOf(run.child.pid);
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    const { code, events } = await run.ended;
    const last = events.at(-1);
    expect(last, JSON.stringify(last)).toMatchObject({ type: 'run.finished', status: 'succeeded' });
    expect(code).toBe(0);
    await this.#expectSound();
    return workers.length;
  }

  /**
   * Kills the command, which is the server of its own run. Its workers must end, and the next run must reuse every step
   * that had succeeded. Gives whether the run was under way, and the number of those steps.
   */
  async killCommand(at: KillMoment): Promise<{ interrupted: boolean; reused: number }> {
    await this.#newCorpus();
    const run = this.#start();
    await at(run);
    const workers = workersOf(run.child.pid);
    run.child.kill('SIGKILL');
    const { events } = await run.ended;
    await expect.poll(() => workers.filter(isRunning)).toEqual([]);
    await this.#expectSound();
    const over = events.at(-1)?.type === 'run.finished';
    const [first] = events;
    const interrupted = first !== undefined && !over;
    if (interrupted) {
      const shown = await graft(['runs', 'show', first.runId], { cwd: this.#folder });
      expect(shown.stdout).toMatch(/failed|succeeded/);
    }
    const done = events.flatMap((event) =>
      event.type === 'step.finished' && event.step.status === 'succeeded' ? event.step.node : [],
    );
    const end = (await this.#start().ended).events.at(-1);
    if (end?.type !== 'run.finished') throw new Error('the run did not finish');
    expect(end.status, JSON.stringify(end.error)).toBe('succeeded');
    const statuses = new Map(end.steps.map(({ node, status }) => [node, status]));
    expect(done.filter((node) => statuses.get(node) !== 'cached')).toEqual([]);
    return { interrupted, reused: done.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Writes documents that no run has seen, so that every step has to run. */
  async #newCorpus(): Promise<void> {
    this.#salt += 1;
    for (const name of ['prices', 'people', 'opening hours']) {
      const text = `# About ${name}\n\nA vase costs ${String(this.#salt)} francs. Aldo Brenner fires the kiln.\n`;
      await writeFile(path.join(this.#folder, 'corpus', `${name}.md`), text);
    }
  }

  #start(): StartedRun {
    const child = spawn(process.execPath, [graftEntry, 'run', file, '--json'], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { stdout } = child;
    let text = '';
    stdout.setEncoding('utf8').on('data', (data: string) => (text += data));
    const ended = once(child, 'close').then(() => {
      // The last line of a killed command may be torn.
      const lines = text.split('\n').slice(0, -1);
      return {
        code: child.exitCode,
        events: lines.map((line) => runEventSchema.parse(JSON.parse(line))),
      };
    });
    const told = (event: RegExp): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (event.test(text)) resolve();
        };
        stdout.on('data', look);
        child.once('close', () => reject(new Error(`No event matched ${String(event)}: ${text}`)));
        look();
      });
    return { child, told, ended };
  }

  /** Checks what must hold whatever was killed when. */
  async #expectSound(): Promise<void> {
    expect(await readFile(path.join(this.#folder, file), 'utf8')).toBe(graph);
    const verified = await graft(['cache', 'verify'], { cwd: this.#folder });
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
  }
}
