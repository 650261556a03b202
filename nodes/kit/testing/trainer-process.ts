import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { GraphError } from '@graft/graph';
import type { StartTrainer } from '@graft/training/service';

const built = fileURLToPath(new URL('../../../apps/cli/dist/trainer.mjs', import.meta.url));

/** Starts the built trainer, as the worker starts its own. */
export const startTrainer: StartTrainer = ({ message, exit }) => {
  const child = fork(built, [], { serialization: 'advanced' });
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
