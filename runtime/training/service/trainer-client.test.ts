import { setTimeout as wait } from 'node:timers/promises';
import { GraphError, type CheckpointReport, type Lease } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { runInTrainer } from './trainer-client.ts';
import type { FromTrainer, ToTrainer, StartTrainer } from './trainer-protocol.ts';

const device = { id: 'cpu', class: 'cpu', name: 'CPU', software: false } as const;
const job: ToTrainer & { type: 'evaluate' } = {
  type: 'evaluate',
  job: {
    ...{ model: { id: 'm', digest: 'd', path: '/m.gguf' }, threads: 1, scratchFolder: '/s' },
    ...{ adapters: [], examples: [], device: 'cpu' },
  },
};

/** A trainer that plans 700 bytes, and answers once they are granted; tells what happens in `diary`. */
function planning(diary: string[]): StartTrainer {
  return ({ message, exit }) => {
    let end = (): void => undefined;
    const exited = new Promise<void>((resolve) => {
      end = resolve;
    });
    return {
      exited,
      send(sent) {
        diary.push(sent.type);
        if (sent.type === 'evaluate')
          queueMicrotask(() => message({ type: 'planned', memory: 700 }));
        if (sent.type === 'granted') message({ type: 'done', result: [{ loss: 1, tokens: 2 }] });
      },
      kill() {
        diary.push('kill');
        exit(new GraphError('worker-died', 'killed'));
        end();
      },
    };
  };
}
const hooks = { signal: new AbortController().signal, progress: () => undefined };

it('claims what the trainer plans before it may take it, and gives it back when it has ended', async () => {
  const diary: string[] = [];
  const lease = (bytes: number): Promise<Lease> => {
    diary.push(`lease ${bytes}`);
    return Promise.resolve({ device, bytes, [Symbol.dispose]: () => diary.push('give back') });
  };
  const answer = await runInTrainer(planning(diary), job, { ...hooks, lease });
  expect(answer).toEqual([{ loss: 1, tokens: 2 }]);
  expect(diary).toEqual(['evaluate', 'lease 700', 'granted', 'kill', 'give back']);
});

it('fails with what the ledger says where there is not so much', async () => {
  const diary: string[] = [];
  const lease = (): Promise<Lease> =>
    Promise.reject(new GraphError('out-of-memory', '0.7 kB are needed'));
  await expect(runInTrainer(planning(diary), job, { ...hooks, lease })).rejects.toMatchObject({
    code: 'out-of-memory',
  });
  expect(diary).toEqual(['evaluate', 'kill']);
});

it('grants at once where nobody keeps a ledger', async () => {
  const diary: string[] = [];
  await runInTrainer(planning(diary), job, hooks);
  expect(diary).toEqual(['evaluate', 'granted', 'kill']);
});

/** A trainer that has made steps, and does as it is told when it is cancelled. */
class Trainer {
  readonly diary: string[] = [];
  readonly reports: CheckpointReport[] = [];
  readonly #controller = new AbortController();
  #message: (message: FromTrainer) => void = () => undefined;
  readonly answer: Promise<string>;

  constructor() {
    const start: StartTrainer = ({ message, exit }) => {
      this.#message = message;
      let end = (): void => undefined;
      const exited = new Promise<void>((resolve) => {
        end = resolve;
      });
      return {
        exited,
        send: ({ type }) => this.diary.push(type),
        kill: () => {
          this.diary.push('kill');
          exit(new GraphError('worker-died', 'killed'));
          end();
        },
      };
    };
    const lease = (bytes: number): Promise<Lease> =>
      Promise.resolve({ device, bytes, [Symbol.dispose]: () => this.diary.push('give back') });
    this.answer = runInTrainer(start, job, {
      ...{ signal: this.#controller.signal, progress: () => undefined, lease },
      checkpoint: (report) => this.reports.push(report),
    }).then(
      () => 'answered',
      (error: unknown) => GraphError.from(error).code,
    );
  }

  cancel(): void {
    this.#controller.abort();
  }

  says(message: FromTrainer): void {
    this.#message(message);
  }

  /** Makes steps up to this one, of which one is on the disk. */
  async makes(step: number, saved: number): Promise<void> {
    this.says({ type: 'planned', memory: 700 });
    this.says({ type: 'checkpoint', checkpoint: { state: 'resumed', step: saved } });
    this.says({ type: 'metrics', row: { series: 'train', step, values: {} } });
    await expect.poll(() => this.diary).toContain('granted');
    this.diary.length = 0;
    this.reports.length = 0;
  }
}

describe('a cancelled training', () => {
  it('has the time to save its steps, and keeps its memory until then', async () => {
    const trainer = new Trainer();
    await trainer.makes(15, 0);
    trainer.cancel();
    expect(trainer.reports).toEqual([{ state: 'saving', step: 15 }]);
    // Longer than one that has nothing to save is given.
    await wait(1500);
    expect(trainer.diary).toEqual(['cancel']);
    trainer.says({ type: 'checkpoint', checkpoint: { state: 'saved', step: 15 } });
    const problem = new GraphError('cancelled', 'The training was cancelled.').toProblem();
    trainer.says({ type: 'failed', problem });
    expect(await trainer.answer).toBe('cancelled');
    expect(trainer.reports.at(-1)).toEqual({ state: 'saved', step: 15 });
    expect(trainer.diary).toEqual(['cancel', 'kill', 'give back']);
  });

  it('tells where it stopped, also when its first step ended on the way', async () => {
    const trainer = new Trainer();
    await trainer.makes(0, 0);
    trainer.cancel();
    expect(trainer.reports).toEqual([]);
    trainer.says({ type: 'metrics', row: { series: 'train', step: 1, values: {} } });
    trainer.says({ type: 'checkpoint', checkpoint: { state: 'saved', step: 1 } });
    expect(trainer.reports).toEqual([
      { state: 'saving', step: 1 },
      { state: 'saved', step: 1 },
    ]);
    expect(await trainer.answer).toBe('cancelled');
  });

  it('is ended soon where nothing is to be saved', async () => {
    const trainer = new Trainer();
    await trainer.makes(15, 15);
    trainer.cancel();
    expect(await trainer.answer).toBe('cancelled');
    expect(trainer.diary).toEqual(['cancel', 'kill', 'kill', 'give back']);
  });
});

it('gives back memory that is granted to a trainer that has died', async () => {
  const diary: string[] = [];
  let grant = (_: Lease): void => undefined;
  const answer = runInTrainer(dying, job, {
    ...hooks,
    lease: () =>
      new Promise((resolve) => {
        grant = resolve;
      }),
  });
  await expect(answer).rejects.toMatchObject({ code: 'worker-died' });
  grant({ device, bytes: 700, [Symbol.dispose]: () => diary.push('give back') });
  await expect.poll(() => diary).toEqual(['give back']);
});

/** Dies as soon as it has said what it plans. */
const dying: StartTrainer = ({ message, exit }) => ({
  exited: Promise.resolve(),
  send({ type }) {
    if (type !== 'evaluate') return;
    message({ type: 'planned', memory: 700 });
    exit(new GraphError('worker-died', 'died'));
  },
  kill: () => undefined,
});
