import { GraphError, type Lease } from '@graft/graph';
import { expect, it } from 'vitest';
import type { EvaluationJob } from './evaluation-job.ts';
import { packExamples } from './packed-examples.ts';
import { runInTrainer } from './trainer-client.ts';
import type { StartTrainer } from './trainer-process.ts';
import type { ToTrainer } from './trainer-protocol.ts';

const device = { id: 'cpu', class: 'cpu', name: 'CPU', software: false } as const;
const job: ToTrainer & { type: 'evaluate' } = {
  type: 'evaluate',
  job: {
    ...{ model: { id: 'm', digest: 'd', path: '/m.gguf' }, threads: 1, scratchFolder: '/s' },
    ...{ adapters: [], examples: packExamples([]), device: 'cpu' },
  } satisfies Omit<EvaluationJob, 'examples'> & { examples: unknown },
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
        if (sent.type === 'granted')
          message({ type: 'evaluated', losses: [{ loss: 1, tokens: 2 }] });
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
  expect(answer).toMatchObject({ type: 'evaluated' });
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
