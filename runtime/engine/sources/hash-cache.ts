import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { GraphError, type Digest } from '@graft/graph';
import { hasCode, replaceFile } from '@graft/kit';
import { isGone, unreadable } from './file-fault.ts';
import type { MatchedFile } from './match-files.ts';

/** Version of the cache file's shape. A file of another version is discarded. */
const version = 1;
/** Path, size, mtime and ctime (ms), inode, digest. */
const entrySchema = z.tuple([
  z.string(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.string(),
]);
type Entry = z.infer<typeof entrySchema>;
const headSchema = z.object({ version: z.literal(version), entries: z.array(z.unknown()) });

/** Bytes of the largest file that is hashed in one piece. */
const smallFile = 1024 * 1024;

/** Remembers the digests of files by size, times and inode, so that unchanged files are not read again. */
export class HashCache {
  readonly #path: string;
  #entries: Map<string, Entry> | undefined;
  #changed = false;
  #saving: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The digest of a file's current bytes. `anew` ignores the remembered digest. */
  async digest(file: MatchedFile, { anew = false } = {}): Promise<Digest> {
    this.#entries ??= this.#load();
    const known = this.#entries.get(file.path);
    if (!anew && known !== undefined && isSame(known, file.stats)) return known[5];
    const { stats, digest } = await hashFile(file);
    // ctime too: writing changes it even if a tool restores the mtime.
    // Written a moment ago: the next change might leave the same times.
    if (Date.now() - Math.max(stats.mtimeMs, stats.ctimeMs) < 20) return digest;
    this.#entries.set(file.path, [file.path, ...stampOf(stats), digest]);
    this.#changed = true;
    return digest;
  }

  /** The digest of a file, if it is known without reading it. */
  known(file: MatchedFile): Digest | undefined {
    this.#entries ??= this.#load();
    const known = this.#entries.get(file.path);
    return known !== undefined && isSame(known, file.stats) ? known[5] : undefined;
  }

  /**
   * Writes the changes. A lost write only costs hashing again, so a full or read-only disk or a deleted folder is no error;
   * the next change tries again.
   */
  async save(): Promise<void> {
    if (!this.#changed) return;
    // Simultaneous plans share one write.
    this.#saving ??= this.#write().finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
  }

  async #write(): Promise<void> {
    this.#changed = false;
    const text = JSON.stringify({ version, entries: [...(this.#entries?.values() ?? [])] });
    await replaceFile(this.#path, text).catch(() => {
      this.#changed = true;
    });
  }

  #load(): Map<string, Entry> {
    try {
      const { entries } = headSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      return new Map(entries.map(toEntry).map((entry) => [entry[0], entry]));
    } catch {
      return new Map();
    }
  }
}

const toEntry = (entry: unknown): Entry => entrySchema.parse(entry);

const stampOf = ({ size, mtimeMs, ctimeMs, ino }: Stats) => [size, mtimeMs, ctimeMs, ino] as const;

const isSame = (entry: Entry, stats: Stats): boolean =>
  entry[1] === stats.size &&
  entry[2] === stats.mtimeMs &&
  entry[3] === stats.ctimeMs &&
  entry[4] === stats.ino;

/** Hashes a file, and again if it changed meanwhile. */
async function hashFile(file: MatchedFile): Promise<{ stats: Stats; digest: Digest }> {
  let stats = file.stats;
  try {
    for (let tries = 0; tries < 3; tries++) {
      const digest = await hashBytes(file.absolute, stats.size);
      const after = await stat(file.absolute);
      // Compares all fields: a file that was renamed into place may have the same size and mtime.
      if (isSame([file.path, ...stampOf(stats), digest], after)) return { stats, digest };
      stats = after;
    }
  } catch (error) {
    // Another file has taken its place.
    if (!isGone(error) && !hasCode(error, 'EISDIR')) throw unreadable(file.path, error);
  }
  throw new GraphError(
    'input-changed',
    `"${file.path}" keeps changing while Graft reads it. Run again when nothing writes to it.`,
    { location: { file: file.path } },
  );
}

async function hashBytes(absolute: string, size: number): Promise<Digest> {
  const hash = createHash('sha256');
  if (size <= smallFile) return hash.update(readFileSync(absolute)).digest('hex');
  for await (const bytes of createReadStream(absolute, { highWaterMark: smallFile })) {
    hash.update(z.instanceof(Buffer).parse(bytes));
  }
  return hash.digest('hex');
}
