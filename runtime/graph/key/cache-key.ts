import type { CacheKey, KeyPart } from '../contracts/action.ts';
import { canonicalJson } from '../base/canonical-json.ts';
import { hashParts, canonicalEncode } from './canonical-encode.ts';
import type { ResolvedSource } from '../types/resolved-source.ts';
import type { EngineVersions } from '../types/node-type.ts';
import { enginesOf } from '../types/node-facets.ts';
import type { PlannedNode } from '../format/plan.ts';
import { paramFields } from '../params/param-fields.ts';
import { byCodeUnit, own } from '../base/record.ts';
import { sha256 } from '../base/sha256.ts';

/** The key replaces longer values (in characters) by their sha256, to keep parts readable. */
const maxValue = 200;
/** The key folds more files than this into one part. */
export const maxFiles = 64;

export interface CacheKeyInput {
  readonly node: PlannedNode;
  /** Digests by input port, in the order of the edges. */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  /** By input port, the digest of an embedder that the run made and that is not itself an input. */
  readonly embedders?: Readonly<Record<string, string>>;
  readonly sources: readonly ResolvedSource[];
  /** Class of a real device (`cpu`, `cuda` …): part of the key only if it changes the result. */
  readonly deviceClass: string;
  /** Only engines that the node uses enter the key. */
  readonly engines: EngineVersions;
}

/**
 * The key of a step: exactly what its result depends on. Never the node's id, title or position, nor parameters that
 * only affect speed.
 */
export function cacheKey(input: CacheKeyInput): CacheKey {
  const { node, inputs, embedders = {}, sources, deviceClass, engines } = input;
  const { definition } = node;
  const parts: KeyPart[] = [
    { name: 'type', value: definition.type },
    { name: 'implementation', value: String(definition.implementation) },
  ];
  for (const { name, affectsResult } of paramFields(definition)) {
    const value = own(node.params, name);
    if (affectsResult && value !== undefined) {
      parts.push({ name: `param.${name}`, value: shortened(canonicalJson(value)) });
    }
  }
  for (const port of Object.keys(definition.inputs)) {
    const digests = own(inputs, port) ?? [];
    if (digests.length > 0) parts.push({ name: `input.${port}`, value: digests.join(' ') });
  }
  // Another embedder may make the same vectors, but results name the one that made them.
  for (const [port, digest] of Object.entries(embedders)) {
    parts.push({ name: `embedder.${port}`, value: digest });
  }
  for (const [port, { type }] of Object.entries(definition.outputs)) {
    // Rows of an older schema are not valid results, unless migration gives the same.
    const { version, reusedFrom = version } = type;
    if (reusedFrom > 1) parts.push({ name: `rows.${port}`, value: String(reusedFrom) });
  }
  const label = fileLabels(node);
  for (const source of sources) {
    for (const part of sourceParts(source, label)) parts.push(part);
  }
  const used = enginesOf(definition, node.inputFacets, sources);
  const isElsewhere = used.length === 1 && used[0] === 'remote';
  if (definition.device.affectsResult && !isElsewhere) {
    parts.push({ name: 'device', value: deviceClass });
  }
  for (const name of used) parts.push({ name: `engine.${name}`, value: engines[name] });
  parts.sort((a, b) => byCodeUnit(a.name, b.name));
  return { value: hashParts(parts), parts };
}

/**
 * Key parts that all items of a step share: the key without what belongs to `items.over` (the input's digest or, over
 * files, that source's files). For a node that runs whole, without all files.
 */
export function familyParts(key: CacheKey, node: PlannedNode): KeyPart[] {
  const over = node.definition.items?.over;
  if (typeof over === 'string') return key.parts.filter(({ name }) => name !== `input.${over}`);
  if (over === undefined) {
    return key.parts.filter(({ name }) => !name.startsWith('file.') && !name.startsWith('files.'));
  }
  const single = `file.${fileLabels(node)(over.files)}`;
  const folded = new Set([`files.${over.files}`, `files.${over.files}.count`]);
  return key.parts.filter(({ name }) => !name.startsWith(single) && !folded.has(name));
}

type FileLabels = (param: string) => string;

/** Prefix of a path in a part's name: none, or the parameter if several declare files. */
function fileLabels(node: PlannedNode): FileLabels {
  const params = new Set(
    node.sources.flatMap((source) => (source.kind === 'files' ? source.param : [])),
  );
  return params.size > 1 ? (param) => `${param}:` : () => '';
}

function sourceParts(source: ResolvedSource, label: FileLabels): KeyPart[] {
  if (source.kind === 'model') return [{ name: `model.${source.param}`, value: source.digest }];
  if (source.kind === 'clock')
    return [{ name: `param.${source.param}.since`, value: source.since }];
  if (source.kind === 'database') {
    return [{ name: `database.${source.param}`, value: source.identity }];
  }
  const files = source.files.map(({ path, digest }) => [path, digest] as const);
  if (files.length <= maxFiles) {
    return files.map(([path, digest]) => ({
      name: `file.${label(source.param)}${path}`,
      value: digest,
    }));
  }
  files.sort(([a], [b]) => byCodeUnit(a, b));
  return [
    { name: `files.${source.param}`, value: sha256(canonicalEncode(files)) },
    { name: `files.${source.param}.count`, value: String(files.length) },
  ];
}

function shortened(value: string): string {
  return value.length > maxValue ? `sha256:${sha256(value)}` : value;
}
