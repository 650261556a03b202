import type { KeyPart } from '../contracts/action.ts';
import type { MissReason } from '../contracts/run-event.ts';
import type { ResolvedSource } from '../types/resolved-source.ts';
import { changedFiles, type FileMarks } from './file-marks.ts';

/**
 * Why a step must run, from the parts of its key the last time and now: `first` when there is no last
 * time, `changed` with the parts that differ, `evicted` when none does. Files that the key folds into one part are
 * named where marks of the last time are known.
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
