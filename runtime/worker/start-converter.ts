import { rm } from 'node:fs/promises';
import type { GgufConverter } from '@graft/backends/catalogue';
import { GraphError } from '@graft/graph';
import { ForkedProcess } from '@graft/kit';
import { readFromConverter, type SentConversion, type ToConverter } from './converter-protocol.ts';
import { processDied } from './process-exit.ts';

const converter = { kind: 'converter', remedy: 'Close other programs, and convert again.' };

/** Milliseconds for a cancelled process to remove what it has written. */
const patience = 10_000;

type Hooks = Parameters<Awaited<ReturnType<GgufConverter>>['write']>[1];

/** Converts in processes of their own, so that the server, which never holds weights, keeps answering. */
export const convertingProcesses =
  (entry: string): GgufConverter =>
  async (folder, options) => {
    const job = { type: 'convert', folder, options } as const;
    return {
      bytes: await runConverter(entry, job),
      write: async (to, hooks) => {
        await runConverter(entry, { ...job, to }, hooks);
      },
    };
  };

/** Gives the bytes that the file takes at most. Rejects with a GraphError, also after `signal` aborts. */
async function runConverter(entry: string, job: SentConversion, hooks?: Hooks): Promise<number> {
  const signal = hooks?.signal;
  const isStopped = (): boolean => signal?.aborted === true;
  if (isStopped()) throw cancelled();
  let timer: NodeJS.Timeout | undefined;
  let bytes = 0;
  let ended: (bytes: number) => void;
  let failed: (error: GraphError) => void;
  const end = new Promise<number>((resolve, reject) => {
    ended = resolve;
    failed = reject;
  });
  const child = new ForkedProcess<ToConverter>(
    entry,
    {
      message(raw) {
        const message = readFromConverter(raw);
        if (message?.type === 'progress') hooks?.progress(message.done, message.total);
        else if (message?.type === 'failed') failed(GraphError.fromProblem(message.problem));
        else if (message?.type === 'planned') bytes = message.bytes;
        if (message?.type === (job.to === undefined ? 'planned' : 'done')) ended(bytes);
      },
      exit: (how) => failed(processDied(how, converter)),
    },
    { niceness: 5 },
  );
  const onAbort = (): void => {
    child.send({ type: 'cancel' });
    timer = setTimeout(() => child.kill(), patience);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    child.send(job);
    const made = await end;
    // It was done before it heard of it.
    if (isStopped() && job.to !== undefined) await rm(job.to, { force: true });
    if (isStopped()) throw cancelled();
    return made;
  } catch (error) {
    throw isStopped() ? cancelled() : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    child.kill();
    await child.exited;
  }
}

const cancelled = (): GraphError =>
  new GraphError('cancelled', 'the conversion was cancelled; Graft deleted the unfinished file');
