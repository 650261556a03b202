import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks at whether the parent still lives. */
const watchEvery = 500;

/** A terminal sends these to all processes that it runs, and a supervisor to all of a service. */
const leftToParent = ['SIGINT', 'SIGHUP', 'SIGTERM'] as const;

/**
 * Ends this process when its parent has gone, and not before: on signals the parent decides, which has a cancelled training
 * save. `disconnect` is not heard while native or busy code holds the main
 * thread; a second thread sees that the parent has gone and ends the process for it.
 */
export function watchParent(): void {
  for (const signal of leftToParent) process.on(signal, () => undefined);
  const watch = `
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
    }, ${String(watchEvery)});
  `;
  new Worker(watch, { eval: true, stdin: false, execArgv: [] }).unref();
}
