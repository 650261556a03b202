import { fileURLToPath } from 'node:url';
import { trainerEnvironment, type StartTrainer, type ToTrainer } from '@graft/training/service';
import { environment } from './env.ts';
import { ForkedProcess } from '@graft/kit';
import { processDied } from './process-exit.ts';

const trainer = {
  kind: 'trainer',
  remedy:
    'Lower the micro-batch or the longest row, choose a smaller base, or close other programs.',
};

/** The trainer beside this module: its source, or its bundle. */
function trainerEntry(): string {
  const name = import.meta.url.endsWith('.ts') ? './trainer.ts' : './trainer.mjs';
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Starts trainer processes of this program. Each ends with its parent, whatever it is doing. */
export const trainerStarter =
  (entry: string): StartTrainer =>
  ({ message, exit }) =>
    new ForkedProcess<ToTrainer>(
      entry,
      { message, exit: (how) => exit(processDied(how, trainer)) },
      { env: trainerEnvironment(environment) },
    );

/** Starts a trainer process. */
export const startTrainer = trainerStarter(trainerEntry());
