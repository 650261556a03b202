import { GraphError, howToDelete, type ModelEntry } from '@graft/graph';
import { z } from 'zod';
import type { ModelOrigin } from '../catalogue/catalogue-contract.ts';
import { stampOf, stampOfSync } from '../catalogue/file-stamp.ts';
import { backendVersions } from '../versions.ts';
import { describedSchema, describeFound } from './described-model.ts';
import type { FoundModel, InstalledStore } from './found-model.ts';

/** A model that another tool keeps on this computer. */
export interface InstalledModel {
  readonly entry: ModelEntry;
  readonly origin: ModelOrigin;
  /** Why Graft cannot run it: one sentence. */
  readonly unusable?: string | undefined;
}

/**
 * What Graft remembers of a model in somebody else's folder. It holds while the files have the same stamps and Graft
 * reads them by the same rules.
 */
export const recordSchema = describedSchema.extend({
  rules: z.string(),
  tool: z.enum(['Ollama', 'LM Studio', 'llama.cpp', 'Hugging Face cache']),
  path: z.string(),
  folder: z.string(),
  /** By absolute path, of all its files and of what says what it is; empty: not there. */
  stamps: z.record(z.string(), z.string()),
  /** The start of this machine after which its files held the bytes of their digests. */
  verified: z.string().optional(),
});
export type InstalledRecord = z.infer<typeof recordSchema>;

/** Changes whenever the same files may be described in another way: with our rules, counted here, and with llama.cpp. */
const rules = `2, ${backendVersions['llama.cpp']}`;

/** The record of a model: the known one if nothing has changed since, else a new one. */
export async function recordOf(
  model: FoundModel,
  { root, tool }: InstalledStore,
  known: InstalledRecord | undefined,
): Promise<InstalledRecord> {
  const { origin, folder, weights, beside } = model;
  const paths = [...weights.map(({ file }) => file), ...beside];
  const isSame =
    known?.path === origin.path && paths.every((path) => Object.hasOwn(known.stamps, path));
  if (isSame && (await isCurrent(known))) return known;
  const before = await stampsOf(paths);
  const described = await describeFound(model, root);
  const stamps = { ...(await stampsOf(described.files)), ...before };
  return { ...described, rules, tool, path: origin.path, folder, stamps };
}

/** Whether a record still describes its files. */
export async function isCurrent(record: InstalledRecord): Promise<boolean> {
  const paths = Object.keys(record.stamps);
  return record.rules === rules && isEqual(record.stamps, await stampsOf(paths));
}

/** The same without waiting; `gone`: a file that was there is not. */
export function stateNow({ stamps }: InstalledRecord): 'same' | 'changed' | 'gone' {
  const now = Object.fromEntries(Object.keys(stamps).map((path) => [path, stampNow(path)]));
  const isGone = Object.entries(stamps).some(([path, stamp]) => stamp !== '' && now[path] === '');
  if (isGone) return 'gone';
  return isEqual(stamps, now) ? 'same' : 'changed';
}

/** Of two records of a model, the one to keep: another process may have hashed the same files meanwhile. */
export function better(there: InstalledRecord | undefined, seen: InstalledRecord): InstalledRecord {
  const isVerified = there?.verified !== undefined && seen.verified === undefined;
  return isVerified && there.rules === seen.rules && isEqual(there.stamps, seen.stamps)
    ? there
    : seen;
}

/** What people see of a record; nothing of one that is no model. */
export function shown({ entry, unusable, tool, path }: InstalledRecord): InstalledModel[] {
  if (entry === undefined) return [];
  return [{ entry, origin: { tool, path }, ...(unusable === undefined ? {} : { unusable }) }];
}

/** Names a model of a store. */
export const keyOf = (store: InstalledStore, id: string): string => `${prefixOf(store)}${id}`;

/** Whether a key is one of these stores: other processes may look at others. */
export function isKeyOf(stores: readonly InstalledStore[]): (key: string) => boolean {
  const prefixes = stores.map(prefixOf);
  return (key) => prefixes.some((prefix) => key.startsWith(prefix));
}

const prefixOf = ({ tool, root }: InstalledStore): string => `${tool}\n${root}\n`;

async function stampsOf(paths: readonly string[]): Promise<Record<string, string>> {
  const stamps = await Promise.all(paths.map(async (path) => [path, await stampAt(path)] as const));
  return Object.fromEntries(stamps);
}

/** Empty where there is no such file, or none that may be looked at. */
export const stampAt = async (path: string): Promise<string> =>
  (await stampOf(path).catch(() => undefined)) ?? '';

function stampNow(path: string): string {
  try {
    return stampOfSync(path) ?? '';
  } catch {
    return '';
  }
}

const isEqual = (
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([path, stamp]) => other[path] === stamp);

/** Says of a model of another tool how to delete it there. */
export function notOurs(id: string, { origin: { tool, path } }: InstalledModel): GraphError {
  return new GraphError(
    'bad-input',
    `${tool} keeps the model "${id}" in ${path}, and Graft deletes nothing there. ${howToDelete(id, path)}`,
  );
}
