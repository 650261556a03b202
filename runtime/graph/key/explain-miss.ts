import type { KeyPart } from '../contracts/action.ts';
import type { MissReason } from '../contracts/run-event.ts';
import type { ResolvedSource } from '../types/resolved-source.ts';
import { own } from '../base/record.ts';
import { maxFiles } from './cache-key.ts';

/**
 * Explains why a step must run, by comparing key parts: `first` without an earlier key, `changed` with the parts that
 * differ, `evicted` if none does. Names files that the key folds into one part, if it has their earlier marks.
 */
export function explainMiss(
  before: readonly KeyPart[] | undefined,
  after: readonly KeyPart[],
  files?: { readonly marks: FileMarks | undefined; readonly sources: readonly ResolvedSource[] },
): MissReason {
  if (before === undefined) return { kind: 'first' };
  const old = new Map(before.map(({ name, value }) => [name, value]));
  const now = new Map(after.map(({ name, value }) => [name, value]));
  const parts: { name: string; before?: string; after?: string }[] = [];
  for (const [name, value] of now) {
    const was = old.get(name);
    if (was === undefined) parts.push({ name, after: value });
    else if (was !== value) {
      const named =
        files?.marks !== undefined && name.startsWith('files.')
          ? changedFiles(files.marks, files.sources, name.slice('files.'.length))
          : [];
      if (named.length === 0) parts.push({ name, before: was, after: value });
      for (const part of named) parts.push(part);
    }
  }
  for (const [name, value] of old) if (!now.has(name)) parts.push({ name, before: value });
  return parts.length === 0 ? { kind: 'evicted' } : { kind: 'changed', parts };
}

/** Most files of one source with marks: 18 bytes each in a step's record. */
const mostMarked = 4096;
/** Most files that one explanation names. */
const mostNamed = 64;

/** By parameter, for sources that the key folds into one part: shortened path and digest of each file. */
type FileMarks = Readonly<Record<string, string>>;

/** Marks that explain a later miss. Not part of the key. */
export function fileMarks(sources: readonly ResolvedSource[]): FileMarks | undefined {
  const marked = sources.flatMap((source) =>
    source.kind === 'files' && source.files.length > maxFiles && source.files.length <= mostMarked
      ? [[source.param, source.files.map((file) => mark(file).join(':')).join(' ')] as const]
      : [],
  );
  return marked.length === 0 ? undefined : Object.fromEntries(marked);
}

/** The files of a source that are new or differ from their marks, as parts of a miss. */
function changedFiles(
  marks: FileMarks,
  sources: readonly ResolvedSource[],
  param: string,
): { name: string; before?: string; after: string }[] {
  const kept = own(marks, param);
  if (kept === undefined) return [];
  const old = new Map(kept.split(' ').map((entry) => [entry.slice(0, 8), entry.slice(9)]));
  const found: { name: string; before?: string; after: string }[] = [];
  for (const source of sources) {
    if (source.kind !== 'files' || source.param !== param) continue;
    for (const file of source.files) {
      const [path, after] = mark(file);
      const before = old.get(path);
      if (before === after || found.length === mostNamed) continue;
      found.push({
        name: `file.${file.path}`,
        ...(before === undefined ? {} : { before }),
        after,
      });
    }
  }
  return found;
}

/** FNV-1a of the path, and the beginning of the digest. */
function mark({ path, digest }: { readonly path: string; readonly digest: string }) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < path.length; at += 1) {
    hash = Math.imul(hash ^ path.charCodeAt(at), 0x01000193);
  }
  return [(hash >>> 0).toString(16).padStart(8, '0'), digest.slice(0, 8)] as const;
}
