import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { GraphError } from '@graft/graph';
import { serveTrainer, type StartTrainer } from '@graft/training/service';

/** Starts this module as a trainer process, as the worker starts its own. */
export const startTrainer: StartTrainer = ({ message, exit }) => {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(import.meta.filename, ['serve'], {
    serialization: 'advanced',
    execArgv: ['--import', loader],
  });
  child.on('message', message);
  const exited = new Promise((resolve) => {
    child.once('exit', (code) => {
      exit(new GraphError('worker-died', `The trainer ended with ${String(code)}.`));
      resolve(code);
    });
  });
  return {
    send: (sent) => child.connected && child.send(sent),
    kill: () => child.kill('SIGKILL'),
    exited,
  };
};

if (process.argv[2] === 'serve' && process.send !== undefined) serveTrainer();
