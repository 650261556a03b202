import {
  fitOfModels,
  hubOffers,
  meantOffer,
  type Catalogue,
  type HubOffer,
  type HubRepo,
} from '@graft/backends/catalogue';
import { llamaChoice, modelMachine } from '@graft/backends/probe';
import {
  canonicalModelId,
  GraphError,
  hubReferenceText,
  missingModel,
  parseHubReference,
} from '@graft/graph';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { print, printJson, table } from '../terminal.ts';
import { formatBytes } from '../quantity.ts';
import { catalogue } from './models.ts';

const searchSchema = z.object({
  json: z.boolean().optional(),
  format: z.enum(['gguf', 'onnx', 'safetensors']),
  limit: z.coerce.number().int().min(1).max(100),
});
const infoSchema = z.object({ json: z.boolean().optional() });

/** `graft models search TEXT`: repositories of the hub, most downloaded first. */
export async function searchModels(words: readonly string[], raw: unknown): Promise<ExitCode> {
  const parsed = searchSchema.safeParse(raw);
  if (!parsed.success) {
    throw new GraphError(
      'bad-input',
      '--format is gguf, onnx or safetensors, and --limit a whole number from 1 to 100.',
    );
  }
  const { json = false, format, limit } = parsed.data;
  const text = words.join(' ');
  const { signal } = new AbortController();
  const found = await catalogue().hub.search({ text, format, limit, signal });
  if (json) {
    printJson(found);
    return exitCode.succeeded;
  }
  if (found.length === 0) {
    print(`The hub has no ${format} model for "${text}". Try fewer words, or another --format.`);
    return exitCode.succeeded;
  }
  const rows = found.map(({ repo, downloads, licence, gated, gguf }) => [
    hubReferenceText({ repo }),
    amount(gguf?.parameters),
    licence,
    `${downloads.toLocaleString('en')} downloads`,
    gated ? 'licence to accept first' : '',
  ]);
  print(table(rows, [1]));
  return exitCode.succeeded;
}

/** `graft models info NAME`: of a model that is here what it is, else what the hub has under that name. */
export async function modelInfo(id: string, raw: unknown): Promise<ExitCode> {
  const { json = false } = infoSchema.parse(raw);
  const models = catalogue();
  const name = canonicalModelId(id);
  const listed = (await models.list()).find(({ entry }) => entry.id === name);
  if (listed !== undefined) {
    if (json) printJson(listed);
    else print(table(localRows(listed)));
    return exitCode.succeeded;
  }
  const reference = parseHubReference(id);
  if (reference === undefined) throw new GraphError('bad-model', missingModel(id));
  const { signal } = new AbortController();
  const repo = await models.hub.repo(reference.repo, reference.revision, signal);
  // Of a name that says which, that one alone.
  const offered =
    reference.path === undefined && reference.quant === undefined
      ? hubOffers(repo, reference)
      : [meantOffer(repo, reference)].filter((offer) => offer !== undefined);
  if (json) printJson({ ...repo, models: offered });
  else print([table(repoRows(repo)), '', table(offered.map(offerRow), [1])].join('\n'));
  return exitCode.succeeded;
}

const fitWords = { well: 'suits this computer', slow: 'slow here', 'too-large': 'no room here' };

/** `graft models recommended`: the selection, each model with how it fits this machine. */
export async function recommendedModels(raw: unknown): Promise<ExitCode> {
  const { json = false } = infoSchema.parse(raw);
  const { selection } = catalogue();
  const fits = fitOfModels(selection, await modelMachine(await llamaChoice()));
  const byId = new Map(fits.map(({ model, ...fit }) => [model.id, fit]));
  if (json) {
    printJson(selection.map((model) => ({ ...model, ...byId.get(model.id) })));
    return exitCode.succeeded;
  }
  const rows = selection.map(({ id, kind, parameters, size, licence }) => {
    const fit = byId.get(id);
    return [
      ...[fit?.best === true ? '*' : '', id, kind, amount(parameters), formatBytes(size)],
      ...[
        licence.consent ? `${licence.id}, to accept` : licence.id,
        fit === undefined ? '' : fitWords[fit.fits],
      ],
    ];
  });
  const best = fits.find((fit) => fit.best === true);
  const advice =
    best === undefined
      ? 'No language model of this list has room on this computer.'
      : `* suits this computer best. ${best.reason}\nDownload it with: graft models pull ${best.model.id}`;
  print([table(rows, [3, 4]), '', advice].join('\n'));
  return exitCode.succeeded;
}

function localRows(listed: Awaited<ReturnType<Catalogue['list']>>[number]): string[][] {
  const { entry, facts, installed, origin } = listed;
  const { licence } = entry;
  return [
    ['model', entry.id],
    ['title', entry.title],
    ['kind', `${entry.kind}, ${entry.format} ${entry.dtype}, ${entry.architecture}`],
    ['size', `${formatBytes(facts.size)}${installed ? '' : ', not downloaded'}`],
    ['parameters', amount(facts.parameters) || 'unknown'],
    ['context', `${entry.contextLength} tokens`],
    ['licence', licence.url === undefined ? licence.id : `${licence.id} (${licence.url})`],
    ...(facts.unpinned === true ? [] : [['digest', facts.digest]]),
    ...(origin === undefined ? [] : [['kept by', `${origin.tool}, in ${origin.path}`]]),
    ...(facts.unusable === undefined ? [] : [['unusable', facts.unusable]]),
    ...(facts.source === undefined ? [] : [['source', facts.source]]),
  ];
}

function repoRows({ repo, page, commit, licence, gated, gguf }: HubRepo): string[][] {
  const architecture = [gguf?.architecture, amount(gguf?.parameters)].filter(Boolean).join(', ');
  return [
    ['repository', `${repo} (${page})`],
    ['licence', gated ? `${licence}; accept it on the page before you download` : licence],
    ['commit', commit],
    ...(architecture === '' ? [] : [['architecture', architecture]]),
    ...(gguf?.contextLength === undefined ? [] : [['context', `${gguf.contextLength} tokens`]]),
  ];
}

const offerRow = ({ model, format, size }: HubOffer): string[] => [
  model,
  formatBytes(size),
  format,
];

/** `135 M`, `1.7 B`. */
function amount(parameters: number | undefined): string {
  if (parameters === undefined) return '';
  return parameters >= 1e9
    ? `${(parameters / 1e9).toFixed(1)} B`
    : `${Math.round(parameters / 1e6)} M`;
}
