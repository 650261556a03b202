import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks at whether the parent still lives. */
const watchEvery = 500;

/**
 * Ends this process when its parent has gone. `disconnect` is not heard while native or busy code holds the main
 * thread; a second thread sees that the parent has gone and ends the process for it.
 */
export function watchParent(): void {
  const watch = `
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    }, ${String(watchEvery)});
  `;
  new Worker(watch, { eval: true, stdin: false, execArgv: [] }).unref();
}
