import { createCatalogue, defaultModelsFolder, type Catalogue } from '@graft/backends/catalogue';
import { z } from 'zod';
import { env } from '../env.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { print, printJson, table } from '../terminal.ts';
import { formatBytes } from '../quantity.ts';

const listSchema = z.object({ json: z.boolean().optional() });
const pullSchema = z.object({ acceptLicence: z.boolean().optional() });
const importSchema = z.object({ id: z.string().optional() });

function catalogue(): Catalogue {
  return createCatalogue({ modelsFolder: defaultModelsFolder(env.all) });
}

/** `graft models ls`. */
export async function listModels(rawOptions: unknown): Promise<ExitCode> {
  const { json = false } = listSchema.parse(rawOptions);
  const models = await catalogue().list();
  if (json) printJson(models);
  else {
    print(
      table(
        models.map(({ entry, facts, installed, imported }) => [
          entry.id,
          entry.kind,
          entry.format,
          formatBytes(facts.size),
          entry.licence.id,
          [installed ? 'here' : 'not downloaded', imported ? 'imported' : '']
            .filter((word) => word !== '')
            .join(', '),
        ]),
        [3],
      ),
    );
  }
  return exitCode.succeeded;
}

/** `graft models pull ID`: an interrupted download goes on where it stopped. */
export async function pullModel(id: string, rawOptions: unknown): Promise<ExitCode> {
  const { acceptLicence = false } = pullSchema.parse(rawOptions);
  const cancelled = new AbortController();
  process.once('SIGINT', () => cancelled.abort());
  const line = progressLine();
  const folder = await catalogue()
    .fetch(id, { signal: cancelled.signal, consent: acceptLicence, progress: line.show })
    .finally(line.close);
  print(folder);
  return exitCode.succeeded;
}

/** `graft models import PATH`. */
export async function importModel(from: string, rawOptions: unknown): Promise<ExitCode> {
  const { id } = importSchema.parse(rawOptions);
  const entry = await catalogue().import(from, id === undefined ? {} : { id });
  print(`${entry.id}: ${entry.kind}, ${entry.format}, ${entry.architecture}`);
  return exitCode.succeeded;
}

/** `graft models rm ID`. */
export async function removeModel(id: string): Promise<ExitCode> {
  await catalogue().remove(id);
  print(`${id}: files deleted`);
  return exitCode.succeeded;
}

interface Progress {
  readonly done: number;
  readonly total?: number;
  readonly unit: string;
  readonly message?: string;
}

/** One line that is written over on a terminal; every tenth part otherwise. */
function progressLine(): { show: (progress: Progress) => void; close: () => void } {
  let tenth = -1;
  const text = ({ done, total, message }: Progress): string =>
    `${formatBytes(done)}${total === undefined ? '' : ` of ${formatBytes(total)}`}  ${message ?? ''}`;
  return {
    show(progress) {
      if (process.stderr.isTTY) {
        process.stderr.write(`\r\u001b[K${text(progress).slice(0, process.stderr.columns - 1)}`);
        return;
      }
      const now = Math.floor((10 * progress.done) / Math.max(1, progress.total ?? 1));
      if (now === tenth) return;
      tenth = now;
      process.stderr.write(`${text(progress)}\n`);
    },
    close() {
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    },
  };
}
