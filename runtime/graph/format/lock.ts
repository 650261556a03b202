import { isRecord } from '../base/record.ts';

/** Content of a source when it was locked. An entry with only a digest is written as that digest. */
export interface LockEntry {
  /** sha256, hex. */
  readonly digest: string;
  /** Bytes of all files of the source. */
  readonly size?: number;
  /** For a model: where to get its bytes. */
  readonly source?: string;
  /** Fields unknown to this version. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The parts of a lock, in writing order. */
export const lockKinds = ['models', 'files', 'graphs'] as const;
export type LockKind = (typeof lockKinds)[number];

/**
 * One entry for each source: a model by id, a path or pattern of files as the graph names it, a referenced graph by
 * path. `extra` holds parts unknown to this version.
 */
export type Lock = Readonly<Record<LockKind, Readonly<Record<string, LockEntry>>>> & {
  readonly extra?: Readonly<Record<string, unknown>>;
};

/** Nothing is locked. */
export const noLock: Lock = { models: {}, files: {}, graphs: {} };

/** Whether anything is locked, even something that only a newer version knows. */
export function isLocked(lock: Lock): boolean {
  return lock.extra !== undefined || lockKinds.some((kind) => Object.keys(lock[kind]).length > 0);
}

const knownFields = new Set(['digest', 'size', 'source']);

/** An entry as written: a digest, or an object with one. Undefined for anything else. */
export function readLockEntry(value: unknown): LockEntry | undefined {
  if (typeof value === 'string') return { digest: value };
  if (!isRecord(value)) return undefined;
  const { digest, size, source } = value;
  const isSize = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
  if (typeof digest !== 'string' || (size !== undefined && !isSize)) return undefined;
  if (source !== undefined && typeof source !== 'string') return undefined;
  const extra = Object.entries(value).filter(([key]) => !knownFields.has(key));
  return {
    digest,
    ...(isSize ? { size } : {}),
    ...(source === undefined ? {} : { source }),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

/** Reverse. */
export function writtenLockEntry({ digest, size, source, extra }: LockEntry): unknown {
  const facts = {
    ...extra,
    ...(size === undefined ? {} : { size }),
    ...(source === undefined ? {} : { source }),
  };
  return Object.keys(facts).length === 0 ? digest : { digest, ...facts };
}
