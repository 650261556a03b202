import {
  createCatalogue,
  defaultModelsFolder,
  ggufEncodings,
  type Catalogue,
  type ListedModel,
} from '@graft/backends/catalogue';
import { GraphError, isHubReference, type ModelEntry } from '@graft/graph';
import { ggufConverter } from '@graft/worker/convert-to-gguf';
import { z } from 'zod';
import { env } from '../env.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { cancelOnInterrupt, table, print, printJson } from '../terminal.ts';
import { formatBytes } from '../quantity.ts';

const listSchema = z.object({ json: z.boolean().optional() });
const pullSchema = z.object({ acceptLicence: z.boolean().optional() });
const importSchema = z.object({
  id: z.string().optional(),
  acceptLicence: z.boolean().optional(),
  to: z.literal('gguf').optional(),
  type: z.enum(ggufEncodings).optional(),
});
const defaultSchema = z.object({ none: z.boolean().optional() });

export function catalogue(): Catalogue {
  return createCatalogue({ modelsFolder: defaultModelsFolder(env.all), ggufConverter });
}

/** `graft models ls`. */
export async function listModels(rawOptions: unknown): Promise<ExitCode> {
  const { json = false } = listSchema.parse(rawOptions);
  const models = await catalogue().list();
  if (json) printJson(models);
  else {
    const rows = models.map((model) => {
      const { id, kind, format, licence } = model.entry;
      return [id, kind, format, formatBytes(model.facts.size), licence.id, whereOf(model)];
    });
    print(table(rows, [3]));
  }
  return exitCode.succeeded;
}

/** Where a model is, or how much of it; and why it cannot be run. */
export function whereOf({ entry, facts, ...listed }: ListedModel): string {
  const { installed, imported, origin, partial, bytes } = listed;
  const absent = partial > 0 ? unfinished(bytes + partial, facts.size) : 'not downloaded';
  const place = origin === undefined ? 'here' : `in ${origin.tool}`;
  return [
    installed ? place : absent,
    ...(imported && !isHubReference(entry.id) ? ['imported'] : []),
    ...(facts.unusable === undefined ? [] : [`unusable: ${facts.unusable}`]),
  ].join(', ');
}

/** `graft models pull NAME`: an interrupted download goes on where it stopped. */
export async function pullModel(id: string, rawOptions: unknown): Promise<ExitCode> {
  const { acceptLicence = false } = pullSchema.parse(rawOptions);
  print(await pull(id, { consent: acceptLicence }));
  return exitCode.succeeded;
}

/** Downloads a model and tells its size, its licence and its progress. Gives the folder with its files. */
export async function pull(id: string, options: { readonly consent: boolean }): Promise<string> {
  const models = catalogue();
  const cancelled = new AbortController();
  const settled = cancelOnInterrupt(() => cancelled.abort());
  const line = progressLine();
  let announced = false;
  const announce = (): void => {
    const facts = announced ? undefined : models.lookup(id);
    if (facts === undefined) return;
    announced = true;
    const { licence } = models.entry(id);
    const page = licence.url === undefined ? '' : ` (${licence.url})`;
    line.close();
    process.stderr.write(`${id}: ${formatBytes(facts.size)}, licence ${licence.id}${page}\n`);
  };
  const progress = (told: Progress): void => {
    announce();
    line.show(told);
  };
  return models.fetch(id, { signal: cancelled.signal, ...options, progress }).finally(() => {
    settled();
    line.close();
  });
}

/** `graft models du`. */
export async function modelsUsage(rawOptions: unknown): Promise<ExitCode> {
  const { json = false } = listSchema.parse(rawOptions);
  const usage = await catalogue().usage();
  if (json) {
    printJson(usage);
    return exitCode.succeeded;
  }
  const { models, partial, total } = usage;
  const rows = models
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ id, bytes }) => [id, formatBytes(bytes)]);
  if (partial > 0) rows.push(['unfinished downloads', formatBytes(partial)]);
  print(table([...rows, ['total, counting shared files once', formatBytes(total)]], [1]));
  return exitCode.succeeded;
}

/** `graft models import PATH`: a file or folder of this machine, or a model of the hub under another id. */
export async function importModel(from: string, rawOptions: unknown): Promise<ExitCode> {
  const parsed = importSchema.safeParse(rawOptions);
  if (!parsed.success || (parsed.data.type !== undefined && parsed.data.to === undefined)) {
    throw new GraphError(
      'bad-input',
      `--to is gguf, and --type, which goes with it, one of ${ggufEncodings.join(', ')}.`,
    );
  }
  const { id, acceptLicence = false, to, type = 'f16' } = parsed.data;
  const cancelled = new AbortController();
  const settled = cancelOnInterrupt(() => cancelled.abort());
  const line = progressLine();
  const entry = await catalogue()
    .import(from, {
      ...{ signal: cancelled.signal, progress: line.show, consent: acceptLicence },
      ...(id === undefined ? {} : { id }),
      ...(to === undefined ? {} : { toGguf: type }),
    })
    .finally(() => {
      settled();
      line.close();
    });
  print(`${entry.id}: ${entry.kind}, ${entry.format}, ${entry.architecture}`);
  return exitCode.succeeded;
}

/** `graft models default [NAME]`: the language model that new nodes on the page begin with. */
export async function defaultModel(id: string | undefined, rawOptions: unknown): Promise<ExitCode> {
  const { none = false } = defaultSchema.parse(rawOptions);
  const models = catalogue();
  const kind = 'language-model';
  if (none) await models.preferences.prefer(kind, null);
  else if (id !== undefined) {
    // One that is not here yet cannot be in a graph.
    const entry = models.entry(id);
    if (entry.kind !== kind) throw notLanguageModel(entry);
    await models.preferences.prefer(kind, id);
  }
  print(models.preferences.of(kind) ?? 'No default is chosen: new nodes begin with their own.');
  return exitCode.succeeded;
}

const notLanguageModel = ({ id, kind }: ModelEntry): GraphError =>
  new GraphError('bad-model', `"${id}" is no language model (kind: ${kind}).`);

/** `graft models rm ID`. */
export async function removeModel(id: string): Promise<ExitCode> {
  await catalogue().remove(id);
  print(`${id}: files deleted`);
  return exitCode.succeeded;
}

const unfinished = (bytes: number, size: number): string =>
  `paused at ${Math.floor((100 * bytes) / Math.max(1, size))} %`;

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
