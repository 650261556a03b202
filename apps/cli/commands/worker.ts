import { GraphError } from '@graft/graph';
import { z } from 'zod';
import { env } from '../env.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { statePlaceOf } from '../opened-workspace.ts';
import { parseBytes } from '../quantity.ts';
import { print } from '../terminal.ts';
import { existingFolder } from '../workspace-location.ts';

const badSlots = '--slots takes a whole number from 1 to 1000.';

const optionsSchema = z.object({
  queues: z.string().optional(),
  slots: z.coerce.number(badSlots).int(badSlots).min(1, badSlots).max(1_000, badSlots),
  memory: z.string().optional(),
});

/** `graft worker [DIR]`: computes steps of other processes until it is interrupted. */
export async function worker(dir: string, rawOptions: unknown): Promise<ExitCode> {
  const parsed = optionsSchema.safeParse(rawOptions);
  if (!parsed.success) {
    throw new GraphError('bad-param', parsed.error.issues[0]?.message ?? 'Invalid options.');
  }
  const { slots, queues, memory } = parsed.data;
  const bytes = memory === undefined ? undefined : bytesOf(memory);
  const root = existingFolder(dir);
  const { database } = env;
  if (database === undefined) {
    throw new GraphError(
      'bad-input',
      'A worker takes steps from the Postgres database that "graft serve" or "graft run" uses. Set GRAFT_DATABASE=postgres://… as for them.',
      { audience: 'operator' },
    );
  }
  const { capabilities, openWorker, surviveRejections } = await import('@graft/workspace');
  surviveRejections((text) => process.stderr.write(text));
  const named = queues?.split(',').map((name) => name.trim());
  const wrong = named?.find((name) => !capabilities.some((each) => each === name));
  if (wrong !== undefined) {
    throw new GraphError(
      'bad-param',
      `--queues cannot take "${wrong}". The queues are ${capabilities.join(', ')}.`,
    );
  }
  const opening = new AbortController();
  const interrupts = interruptions();
  void interrupts.first.then(() => {
    opening.abort();
  });
  const { stateFolder, artifacts } = await statePlaceOf(root);
  await using opened = await openWorker({
    ...{ stateFolder, database, slots, log: print, signal: opening.signal },
    ...(artifacts === undefined ? {} : { artifacts }),
    ...(named === undefined ? {} : { queues: capabilities.filter((each) => named.includes(each)) }),
    ...(bytes === undefined ? {} : { memory: bytes }),
  }).catch((error: unknown) => {
    if (opening.signal.aborted) return undefined;
    throw error;
  });
  if (opened === undefined) return exitCode.succeeded;
  await interrupts.first;
  print(
    'Finishing the steps under way, and taking no new ones. Interrupt again to leave them to other workers.',
  );
  await Promise.race([opened.drain(), interrupts.second]);
  return exitCode.succeeded;
}

function bytesOf(text: string): number {
  const bytes = parseBytes(text);
  if (bytes !== undefined && bytes > 0) return bytes;
  throw new GraphError('bad-param', `--memory cannot take "${text}". Give a size such as 12GB.`);
}

/** The first and the second signal to end. A third one ends the process at once. */
function interruptions(): { readonly first: Promise<void>; readonly second: Promise<void> } {
  const next: (() => void)[] = [];
  const first = new Promise<void>((resolve) => next.push(resolve));
  const second = new Promise<void>((resolve) => next.push(resolve));
  const interrupt = (): void => {
    const resolve = next.shift();
    if (resolve === undefined) process.exit(exitCode.cancelled);
    resolve();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  return { first, second };
}
