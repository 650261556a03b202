import { isRecord } from '../base/record.ts';

/** What a source held when it was locked. One with a digest only is written as that digest alone. */
export interface LockEntry {
  /** sha256, hex. */
  readonly digest: string;
  /** Bytes: of all files of the source. */
  readonly size?: number;
  /** Of a model: where its bytes can be had. */
  readonly source?: string;
  /** Fields that this version does not know. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The parts of a lock, in the order in which they are written. */
export const lockKinds = ['models', 'files', 'graphs'] as const;
export type LockKind = (typeof lockKinds)[number];

/**
 * One entry a source: a model by id, a path or pattern of files as the graph names it, a referenced graph by path.
 * `extra` holds parts that this version does not know.
 */
export type Lock = Readonly<Record<LockKind, Readonly<Record<string, LockEntry>>>> & {
  readonly extra?: Readonly<Record<string, unknown>>;
};

/** Nothing is locked. */
export const noLock: Lock = { models: {}, files: {}, graphs: {} };

/** Whether anything is locked, be it something that only a newer version knows. */
export function isLocked(lock: Lock): boolean {
  return lock.extra !== undefined || lockKinds.some((kind) => Object.keys(lock[kind]).length > 0);
}

const knownFields = new Set(['digest', 'size', 'source']);

/** An entry as a file holds it: a digest, or an object with it. Undefined for what is neither. */
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

/** The other way round. */
export function writtenLockEntry({ digest, size, source, extra }: LockEntry): unknown {
  const facts = {
    ...extra,
    ...(size === undefined ? {} : { size }),
    ...(source === undefined ? {} : { source }),
  };
  return Object.keys(facts).length === 0 ? digest : { digest, ...facts };
}
