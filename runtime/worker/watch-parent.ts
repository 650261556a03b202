import { Worker } from 'node:worker_threads';

/** Milliseconds between two checks of the parent. */
const watchEvery = 500;

/** A terminal sends these to all its processes, and a supervisor to all of a service. */
const leftToParent = ['SIGINT', 'SIGHUP', 'SIGTERM'] as const;

/**
 * Ends this process when its parent has gone, and not before: on signals the parent decides, because it lets a
 * cancelled training save. Native or busy code on the main thread delays `disconnect`, so a second thread notices that
 * the parent has gone and kills the process.
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
