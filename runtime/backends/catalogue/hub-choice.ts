import { hubReferenceText, isInnerPath, parseHubReference, type HubReference } from '@graft/graph';
import type { HubFile, HubRepo } from './hub-client.ts';
import { refusal } from './hub-refusals.ts';
import { modelMemory } from './model-memory.ts';
import { onnxWeights } from './onnx-description.ts';

/** One model of a repository: its weights in one precision. */
export interface HubVariant {
  readonly format: 'gguf' | 'onnx' | 'safetensors';
  /** As people ask for it: `Q4_K_M`, `q8`. */
  readonly quant: string;
  /** Its weights, in order. */
  readonly files: readonly HubFile[];
}

/** A model of a repository, as somebody chooses it. */
export interface HubOffer extends Pick<HubVariant, 'format' | 'quant'> {
  /** The reference that means it. */
  readonly model: string;
  /** The first file of its weights. */
  readonly path: string;
  /** Bytes of its weights. */
  readonly size: number;
  /** Bytes that it takes once it is loaded, as `modelMemory`. */
  readonly memory: number;
}

/** Taken first where a name says nothing of the precision, as llama.cpp does. */
const usualQuants = ['Q4_K_M', 'Q4_0', 'Q4_1', 'Q5_K_M', 'Q8_0'];
/** Models that a message names. */
const mostNamed = 20;

/** The models of a repository that Graft can use, in the order in which it prefers their formats. */
export function hubVariants({ files }: Pick<HubRepo, 'files'>): HubVariant[] {
  return [...ggufVariants(files), ...onnxVariants(files), ...safetensorsVariants(files)];
}

/** The same as somebody chooses them. A name with a revision makes names with that revision. */
export function hubOffers(
  { repo, files: all }: Pick<HubRepo, 'repo' | 'files'>,
  { revision }: Pick<HubReference, 'revision'>,
): HubOffer[] {
  const base = { repo, ...(revision === undefined ? {} : { revision }) };
  // What nothing may be called here cannot be chosen.
  const variants = hubVariants({ files: all }).filter(({ files }) =>
    files.every(({ path }) => isInnerPath(path) && !unshowable.test(path)),
  );
  const firsts = new Map<string, HubVariant>();
  for (const variant of variants) {
    const quant = variant.quant.toLowerCase();
    if (!firsts.has(quant)) firsts.set(quant, variant);
  }
  return variants.map((variant): HubOffer => {
    const { format, quant, files } = variant;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    return {
      ...{ format, quant, model: referenceTo(variant, firsts, base), path: firstPath(variant) },
      ...{ size, memory: modelMemory({ format, size }) },
    };
  });
}

const firstPath = ({ files }: HubVariant): string => files[0]?.path ?? '';

/** By precision; by file where another model has the same precision, or where it cannot stand in a name. */
function referenceTo(
  variant: HubVariant,
  firsts: ReadonlyMap<string, HubVariant>,
  base: HubReference,
): string {
  const byQuant = hubReferenceText({ ...base, quant: variant.quant });
  const isMeant = firsts.get(variant.quant.toLowerCase()) === variant;
  return isMeant && parseHubReference(byQuant) !== undefined
    ? byQuant
    : hubReferenceText({ ...base, path: firstPath(variant) });
}

/** The one of the models offered that a reference means. Throws as `chosenVariant`. */
export function meantOffer(repo: HubRepo, reference: HubReference): HubOffer | undefined {
  const path = firstPath(chosenVariant(repo, reference));
  return hubOffers(repo, reference).find((offer) => offer.path === path);
}

/** The model that a reference means. Throws `bad-model` with those that there are. */
export function chosenVariant(repo: HubRepo, { path, quant }: HubReference): HubVariant {
  const variants = hubVariants(repo);
  if (variants.length === 0) {
    throw refusal(
      `${repo.repo} has no model that Graft can use: neither .gguf nor onnx/model*.onnx nor model.safetensors. Look for a repository with GGUF in its name.`,
    );
  }
  if (path !== undefined) {
    const found = variants.find(({ files }) => files.some((file) => file.path === path));
    if (found !== undefined) return found;
    throw refusal(`${repo.repo} has no model in "${path}". It has ${named(variants)}.`);
  }
  if (quant !== undefined) {
    const found = variants.find((each) => each.quant.toLowerCase() === quant.toLowerCase());
    if (found !== undefined) return found;
    throw refusal(`${repo.repo} has no model "${quant}". It has ${named(variants)}.`);
  }
  const [first] = variants;
  const ggufs = variants.filter(({ format }) => format === 'gguf');
  const usual = usualQuants.flatMap((name) => ggufs.filter((each) => each.quant === name))[0];
  const choice = usual ?? (ggufs.length > 1 ? undefined : first);
  if (choice !== undefined) return choice;
  throw refusal(
    `${repo.repo} has several models. Choose one, as in hf:${repo.repo}:${shownName(ggufs[0]?.quant ?? '')}. It has ${named(variants)}.`,
  );
}

function ggufVariants(files: readonly HubFile[]): HubVariant[] {
  const groups = groupedBy(files, ({ path }) => {
    const name = baseName(path);
    const isModel = name.endsWith('.gguf') && !/^mmproj|imatrix/i.test(name);
    return isModel ? path.replace(shard, '.gguf') : undefined;
  });
  return [...groups].flatMap(([whole, parts]): HubVariant[] => {
    const sorted = parts.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const count = Number(shard.exec(sorted[0]?.path ?? '')?.[1] ?? 1);
    // One that lacks a part is no model.
    if (sorted.length !== count) return [];
    return [{ format: 'gguf', quant: quantOf(whole), files: sorted }];
  });
}
const shard = /-\d{5}-of-(\d{5})\.gguf$/;

/** `Q4_K_M` of `sub/model-Q4_K_M.gguf`, else the name of the file. */
function quantOf(path: string): string {
  const name = baseName(path).replace(/\.gguf$/, '');
  const label = /(?:^|[-._])((?:UD-)?(?:I?Q\d\w*|TQ\d\w*|MXFP4\w*|BF16|F16|F32|FP16|FP32))$/i;
  return label.exec(name)?.[1] ?? name;
}

function onnxVariants(files: readonly HubFile[]): HubVariant[] {
  const named = files.flatMap((file) => {
    const name = /^onnx\/(model(?:_\w+)?\.onnx)$/.exec(file.path)?.[1];
    return name === undefined ? [] : [{ name, file }];
  });
  const data = groupedBy(files, ({ path }) => /^onnx\/([^/]*?\.onnx)_data/.exec(path)?.[1]);
  const order = (name: string): number => {
    const at = onnxWeights.findIndex(([known]) => known === name);
    return at < 0 ? onnxWeights.length : at;
  };
  return named
    .toSorted((a, b) => order(a.name) - order(b.name))
    .map(({ name, file }) => ({
      format: 'onnx',
      quant:
        onnxWeights.find(([known]) => known === name)?.[1] ?? name.replace(/^model_?|\.onnx$/g, ''),
      files: [file, ...(data.get(name) ?? [])],
    }));
}

/** Items by key, those without one left out. Linear: a repository may list a hundred thousand files. */
export function groupedBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function safetensorsVariants(files: readonly HubFile[]): HubVariant[] {
  const weights = files.filter(({ path }) => /^model(-\d{5}-of-\d{5})?\.safetensors$/.test(path));
  return weights.length === 0
    ? []
    : [{ format: 'safetensors', quant: 'safetensors', files: weights }];
}

function named(variants: readonly HubVariant[]): string {
  const names = variants.slice(0, mostNamed).map(({ quant }) => shownName(quant));
  const more = variants.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const unshowable = /[\p{Cc}\p{Bidi_Control}]+/u;
/** Characters of a name in a message. */
const longestName = 100;

/** A name that a stranger gave, on one line of a message: nothing in it moves the cursor or turns the text around. */
function shownName(name: string): string {
  const plain = name.replaceAll(new RegExp(unshowable, 'gu'), ' ');
  return plain.length > longestName ? `${plain.slice(0, longestName)}…` : plain;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
