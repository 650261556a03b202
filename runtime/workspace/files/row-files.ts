import { createHash } from 'node:crypto';
import { realpath, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { insideWorkspace, outputPath, outside } from '@graft/engine';
import { GraphError } from '@graft/graph';
import { requirePortablePath, requireVisible } from './graph-path.ts';
import { replaceOwnFile, withSaveLock } from './save-file.ts';

/** A file of rows as read: `revision` is the sha256 of its bytes, empty where there is no file yet. */
export interface RowFile {
  /** Below the workspace, with `/`. */
  readonly file: string;
  readonly revision: string;
  readonly text: string;
}

/** Bytes to which a file is read or written. */
export interface SizeLimit {
  readonly atMost: number;
}

/** Which files are read and written, and what is said of others. */
export interface RowFileKind {
  accepts(path: string): boolean;
  readonly refusal: string;
  /** What is in them, in the plural. */
  readonly what: string;
  /** Why one that is missing is refused; absent: it is empty, and made by the first save. */
  readonly missing?: string;
}

/** Another text for a file. */
export interface RowEdit {
  readonly file: string;
  readonly text: string;
  /** The revision that the text was made from. */
  readonly base: string;
  /** Throws what is wrong with the text; `file` is how the workspace calls it. */
  check(text: string, file: string): void;
}

interface Place {
  readonly short: string;
  readonly real: string;
  readonly isThere: boolean;
}

/** Files of one kind that people edit by way of Graft: read whole, checked, replaced whole. `root` is a real path. */
export class RowFiles {
  readonly #root: string;
  readonly #lock: string;
  readonly #kind: RowFileKind;

  constructor(root: string, stateFolder: string, kind: RowFileKind) {
    this.#root = root;
    this.#lock = join(stateFolder, 'locks', 'save');
    this.#kind = kind;
  }

  async read(file: string, limit: SizeLimit): Promise<RowFile> {
    const place = await this.#locate(file);
    const { short, real, isThere } = place;
    if (!isThere) return { file: short, revision: '', text: '' };
    const { size } = await stat(real);
    if (size > limit.atMost) throw this.#tooLarge(size, place, limit);
    const bytes = await readFile(real);
    return { file: short, revision: revisionOf(bytes), text: textOf(bytes, short) };
  }

  async save({ file, text, base, check }: RowEdit, limit: SizeLimit): Promise<RowFile> {
    const asked = await this.#locate(file);
    const { short } = asked;
    const bytes = Buffer.from(text);
    if (bytes.byteLength > limit.atMost) throw this.#tooLarge(bytes.byteLength, asked, limit);
    check(text, short);
    return withSaveLock(this.#lock, async () => {
      // Anew: links may lead elsewhere since others were waited for.
      const { real, isThere } = await this.#locate(file);
      if ((isThere ? revisionOf(await readFile(real)) : '') !== base) throw stale(short);
      await replaceOwnFile(real, bytes, {
        file: short,
        what: `the ${this.#kind.what} were not saved`,
      });
      return { file: short, revision: revisionOf(bytes), text };
    });
  }

  /** The file itself, links followed: none leads out, into a hidden folder, or to a file of another kind. */
  async #locate(file: string): Promise<Place> {
    const short = insideWorkspace(this.#root, file);
    this.#require(short);
    const real = await realpath(join(this.#root, short)).catch(() => undefined);
    if (real === undefined) return this.#newPlace(short);
    if (!real.startsWith(this.#root + sep)) throw outside(file);
    this.#require(this.#below(real), short);
    if ((await stat(real)).isFile()) return { short, real, isThere: true };
    throw missing(short, this.#kind.missing ?? 'A folder has this name. Choose another name.');
  }

  /** Where a file will be that is not there yet, the links of its folders followed. */
  async #newPlace(short: string): Promise<Place> {
    if (this.#kind.missing !== undefined) throw missing(short, this.#kind.missing);
    requirePortablePath(short);
    const real = await outputPath(this.#root, short).catch(() => undefined);
    if (real === undefined) throw outside(short);
    this.#require(this.#below(real), short);
    return { short, real, isThere: false };
  }

  #below(real: string): string {
    return relative(this.#root, real).split(sep).join('/');
  }

  /** Of `path`, or of what it leads to by links. */
  #require(path: string, named: string = path): void {
    requireVisible(named, path);
    if (this.#kind.accepts(path)) return;
    throw new GraphError('bad-name', this.#kind.refusal, { location: { file: named } });
  }

  #tooLarge(size: number, { short, real }: Place, { atMost }: SizeLimit): GraphError {
    return new GraphError(
      'too-large',
      `These ${this.#kind.what} take ${megabytes(size)}; you can edit up to ${megabytes(atMost)} here. Edit the file with your editor: ${real}`,
      { location: { file: short } },
    );
  }
}

const revisionOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The text with its mark of byte order, should it have one: other bytes than were read are never written back. */
function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new GraphError('bad-encoding', 'The file is not UTF-8 text. Save it as UTF-8 first.', {
      ...{ location: { file }, cause },
    });
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1).replace(/\.0$/, '')} MB`;

function missing(file: string, why: string): GraphError {
  return new GraphError('missing-file', why, { location: { file } });
}

function stale(file: string): GraphError {
  return new GraphError(
    'stale-save',
    'The file changed after Graft read it, so Graft did not overwrite it.',
    { location: { file } },
  );
}
