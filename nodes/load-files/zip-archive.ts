import { crc32 } from 'node:zlib';
import { GraphError, type SourceFile } from '@graft/graph';
import type { Entry, ZipFile } from 'yauzl';
import { xmlEncoding } from '../kit/text/decode-text.ts';
import { readXml, type XmlHandler } from './read-xml.ts';

/** Code units of a part's name; a longer one is invalid. Many references may each lead through it. */
const longest = 1024;

/**
 * Resolves a reference from a part of the archive, '' being its root, to a name to look up, never a path on disk.
 * Returns '' if it leads nowhere.
 */
export function pathFrom(part: string, reference: string): string {
  const address = reference.replace(/[#?].*$/s, '');
  if (part.length > longest || address.length > 9 * longest) return '';
  let decoded = address;
  try {
    decoded = decodeURIComponent(address);
  } catch {
    // Keeps it as written.
  }
  const steps: string[] = [];
  for (const step of [...part.split('/').slice(0, -1), ...decoded.split('/')]) {
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  const path = steps.join('/');
  return path.length > longest ? '' : path;
}

const mebi = 1024 * 1024;
/** Bytes of the file, which is read as a whole. */
const maxArchive = 256 * mebi;
const maxEntries = 20_000;
/** Bytes of one unpacked part. */
const maxPart = 64 * mebi;

/** Name of the file's kind, for messages. */
export interface ArchiveKind {
  /** As in "is not a Word document". */
  readonly name: string;
  /** How to save it again. */
  readonly remedy: string;
}

/**
 * The parts of a document that is a zip archive. Looks them up by name and unpacks them into memory, never to disk. All
 * parts together may unpack to 16 MiB plus 200 times the size of the file, at most 256 MiB.
 */
export class ZipArchive {
  readonly file: SourceFile;
  readonly #kind: ArchiveKind;
  readonly #zip: ZipFile;
  /** By name in lower case. */
  readonly #entries: ReadonlyMap<string, Entry>;
  #left: number;

  /** Throws `too-large`, `encrypted-file` and `damaged-file`. */
  static async open(file: SourceFile, kind: ArchiveKind): Promise<ZipArchive> {
    if (file.size > maxArchive) throw tooLarge(file, 'has more than 256 MiB');
    const bytes = Buffer.from(await file.bytes());
    // Word's encrypted files, and its old format, use another container.
    if (bytes.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]))) {
      throw encrypted(file, 'has a password, or a format older than 2007', kind.remedy);
    }
    const { fromBufferPromise } = await import('yauzl');
    try {
      const zip = await fromBufferPromise(bytes, { lazyEntries: true });
      if (zip.entryCount > maxEntries) throw tooLarge(file, `has ${zip.entryCount} parts`);
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        const name = entry.fileName.toLowerCase();
        if (!entries.has(name)) entries.set(name, entry);
      }
      return new ZipArchive({ file, kind, zip, entries });
    } catch (error) {
      throw error instanceof GraphError ? error : damaged(file, kind, error);
    }
  }

  private constructor(parts: {
    file: SourceFile;
    kind: ArchiveKind;
    zip: ZipFile;
    entries: ReadonlyMap<string, Entry>;
  }) {
    this.file = parts.file;
    this.#kind = parts.kind;
    this.#zip = parts.zip;
    this.#entries = parts.entries;
    this.#left = Math.min(16 * mebi + 200 * parts.file.size, 256 * mebi);
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /** A part's bytes; undefined if it does not exist. Throws as `open` does. */
  async bytes(name: string): Promise<Buffer | undefined> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) return undefined;
    if (entry.isEncrypted()) {
      throw encrypted(this.file, 'has a password', this.#kind.remedy);
    }
    this.#left -= entry.uncompressedSize;
    if (entry.uncompressedSize > maxPart || this.#left < 0) {
      throw tooLarge(this.file, 'unpacks to more than the limit for its size');
    }
    try {
      const pieces: Uint8Array[] = [];
      // Never more than the archive states: the library ends the stream there.
      for await (const piece of await this.#zip.openReadStreamPromise(entry)) {
        if (piece instanceof Uint8Array) pieces.push(piece);
      }
      const bytes = Buffer.concat(pieces);
      if (crc32(bytes) !== entry.crc32) throw new Error(`${name} has another checksum`);
      return bytes;
    } catch (error) {
      throw this.damaged(error);
    }
  }

  /** A part as text, decoded by its byte order mark, its declaration, or as UTF-8. */
  async text(name: string): Promise<string | undefined> {
    const bytes = await this.bytes(name);
    if (bytes === undefined) return undefined;
    try {
      return new TextDecoder(xmlEncoding(bytes), { fatal: true }).decode(bytes);
    } catch (error) {
      throw this.damaged(error);
    }
  }

  /** Reads a part as XML; false if it does not exist. */
  async xml(name: string, handler: XmlHandler): Promise<boolean> {
    const text = await this.text(name);
    if (text === undefined) return false;
    await readXml(text, handler);
    return true;
  }

  damaged(cause: unknown): GraphError {
    return damaged(this.file, this.#kind, cause);
  }
  encrypted(what: string): GraphError {
    return encrypted(this.file, what, this.#kind.remedy);
  }
}

function tooLarge({ path }: SourceFile, what: string): GraphError {
  return new GraphError('too-large', `${path} ${what}. Split it, or remove it from the files.`, {
    location: { file: path, param: 'paths' },
  });
}

function encrypted({ path }: SourceFile, what: string, remedy: string): GraphError {
  return new GraphError('encrypted-file', `${path} ${what}. ${remedy}, then run again.`, {
    location: { file: path, param: 'paths' },
  });
}

function damaged({ path }: SourceFile, { name, remedy }: ArchiveKind, cause: unknown): GraphError {
  return new GraphError(
    'damaged-file',
    `${path} is not ${name} that Graft can read; it may be damaged. ${remedy}, or remove it from the files.`,
    {
      location: { file: path, param: 'paths' },
      cause: cause instanceof Error ? cause : new Error(String(cause)),
    },
  );
}
