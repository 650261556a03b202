import type { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { type Answer, answerSchema } from './sandbox-answer.ts';
import { startSandboxThread } from './sandbox-thread.ts';

export interface SandboxTask {
  readonly code: string;
  /** As JSON. */
  readonly row: string;
  /** Milliseconds. */
  readonly timeLimit: number;
  /** MiB, for the whole engine. */
  readonly memory: number;
}

/** Milliseconds past the limit after which the thread is killed: some engine functions do not check the time. */
const patience = 1000;

const messageSchema = z.union([z.literal('begun'), answerSchema]);

/** An idle thread, kept for the next row: starting one takes longer than most rows. */
let idle: { readonly thread: Worker; readonly memory: number } | undefined;

/** Calls the code's function for a row, in its own sandbox. */
export function callInSandbox(task: SandboxTask, signal: AbortSignal): Promise<Answer> {
  const { memory, ...question } = task;
  const thread = takeThread(memory);
  return new Promise<Answer>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      thread.off('message', read).off('error', broken);
      settle();
    };
    const endThread = (settle: () => void): void => {
      end(() => void thread.terminate().finally(settle));
    };
    const abort = (): void => endThread(() => reject(signal.reason));
    const read = (raw: unknown): void => {
      const message = messageSchema.parse(raw);
      if (message === 'begun') {
        timer = setTimeout(() => {
          endThread(() => resolve({ failed: 'time', told: '' }));
        }, task.timeLimit + patience);
        return;
      }
      if ('failed' in message || idle !== undefined) {
        endThread(() => resolve(message));
        return;
      }
      end(() => {
        thread.unref();
        idle = { thread, memory };
        resolve(message);
      });
    };
    const broken = (error: Error): void => {
      // A failure before it began is the engine's.
      endThread(() => {
        if (timer === undefined) reject(error);
        else resolve({ failed: 'broken', told: '' });
      });
    };
    signal.addEventListener('abort', abort);
    thread.on('message', read).on('error', broken);
    thread.postMessage(question);
  });
}

function takeThread(memory: number): Worker {
  const kept = idle;
  idle = undefined;
  if (kept?.memory !== memory) {
    void kept?.thread.terminate();
    return startSandboxThread(memory);
  }
  kept.thread.ref();
  return kept.thread;
}
