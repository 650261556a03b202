import { createHash } from 'node:crypto';
import { realpath, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { insideWorkspace, outside } from '@graft/engine';
import { checkRows, GraphError, isFrozenFile, rowTypeOf } from '@graft/graph';
import { requireVisible } from './graph-path.ts';
import { replaceOwnFile } from './replace-own-file.ts';
import { withSaveLock } from './save-lock.ts';

/** A file of frozen rows as read: `revision` is the sha256 of its bytes. */
export interface FrozenFile {
  /** Below the workspace, with `/`. */
  readonly file: string;
  readonly revision: string;
  readonly text: string;
}

/** New rows for a frozen file. */
export interface FrozenEdit {
  readonly file: string;
  /** The whole text: an object a line. */
  readonly text: string;
  /** The revision that the text was made from. */
  readonly base: string;
  /** Id of the rows' port type, and the version that they were written in, as the node that reads them says; 0: the newest. */
  readonly type: string;
  readonly written: number;
}

/** Bytes to which a file is read or written. */
interface Limit {
  readonly atMost: number;
}

/** The files of frozen rows, edited by hand: read whole, checked row by row, replaced whole. `root` is a real path. */
export class FrozenFiles {
  readonly #root: string;
  readonly #lock: string;

  constructor(root: string, stateFolder: string) {
    this.#root = root;
    this.#lock = join(stateFolder, 'locks', 'save');
  }

  /** See `Workspace.readFrozen`. */
  async read(file: string, { atMost }: Limit): Promise<FrozenFile> {
    const { short, real } = await this.#locate(file);
    const { size } = await stat(real);
    if (size > atMost) throw tooLarge(size, { short, real, atMost });
    const bytes = await readFile(real);
    return { file: short, revision: revisionOf(bytes), text: textOf(bytes, short) };
  }

  /** See `Workspace.saveFrozen`. */
  async save({ file, text, base, ...kind }: FrozenEdit, { atMost }: Limit): Promise<FrozenFile> {
    const { short, ...asked } = await this.#locate(file);
    const type = rowTypeOf(kind);
    const bytes = Buffer.from(text);
    if (bytes.byteLength > atMost) throw tooLarge(bytes.byteLength, { short, ...asked, atMost });
    checkRows(text, { type, written: kind.written, file: short });
    return withSaveLock(this.#lock, async () => {
      // Anew: links may lead elsewhere since others were waited for.
      const { real } = await this.#locate(file);
      if (revisionOf(await readFile(real)) !== base) throw stale(short);
      await replaceOwnFile(real, bytes, { file: short, what: 'the rows were not saved' });
      return { file: short, revision: revisionOf(bytes), text };
    });
  }

  /** The file itself, links followed: none leads out, into a hidden folder, or to a file that is not frozen. */
  async #locate(file: string): Promise<{ readonly short: string; readonly real: string }> {
    const short = insideWorkspace(this.#root, file);
    requireFrozen(short);
    const real = await realpath(join(this.#root, short)).catch(() => undefined);
    if (real === undefined) throw missing(short);
    if (!real.startsWith(this.#root + sep)) throw outside(file);
    requireFrozen(relative(this.#root, real).split(sep).join('/'), short);
    if (!(await stat(real)).isFile()) throw missing(short);
    return { short, real };
  }
}

/** Of `path`, or of what it leads to by links. */
function requireFrozen(path: string, named: string = path): void {
  requireVisible(named, path);
  if (isFrozenFile(path)) return;
  throw new GraphError(
    'bad-name',
    'Rows are edited here only in files frozen/….jsonl, which Graft wrote. Any other file you edit with your editor.',
    { location: { file: named } },
  );
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

function tooLarge(
  size: number,
  { short, real, atMost }: Limit & { readonly short: string; readonly real: string },
): GraphError {
  return new GraphError(
    'too-large',
    `These rows take ${megabytes(size)}, and up to ${megabytes(atMost)} are edited here. Edit the file with your editor: ${real}`,
    { location: { file: short } },
  );
}

function missing(file: string): GraphError {
  return new GraphError(
    'missing-file',
    'There is no such file. Freeze the output again, or take it from git.',
    { location: { file } },
  );
}

function stale(file: string): GraphError {
  return new GraphError(
    'stale-save',
    'The file was changed by somebody else since it was read: nothing was overwritten.',
    { location: { file } },
  );
}
