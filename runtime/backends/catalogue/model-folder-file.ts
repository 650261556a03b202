import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { GraphError, isInnerPath } from '@graft/graph';
import { DamagedFile } from '@graft/kit';
import type { z } from 'zod';

/** Throws `unsafe-path` for a path, written in a file of a stranger, that leads out of the file's folder. */
export function requireInner(file: string, path: string): void {
  if (isInnerPath(path)) return;
  throw new GraphError(
    'unsafe-path',
    `${file} names the file ${JSON.stringify(path.slice(0, 200))}, which is outside its folder; a model may name only its ` +
      'own files. Do not use it, or get it from where it was published',
    { location: { file } },
  );
}

/**
 * A model folder's file by its path from there. Links may lead to files of the same folder, or, from a snapshot of
 * the hub's cache, to the blobs beside it. Throws `unsafe-path` where one leads elsewhere, `missing-file`.
 */
export async function fileWithin(folder: string, path: string): Promise<string> {
  requireInner(folder, path);
  const file = join(folder, path);
  const [root, real] = await Promise.all([realpath(folder), realpath(file)]).catch(
    (cause: unknown) => {
      throw new GraphError('missing-file', `Graft cannot open ${file}; check that it exists`, {
        cause,
        location: { file },
      });
    },
  );
  const homes = [root, ...hubBlobs(root)];
  if (homes.some((home) => real.startsWith(home + sep))) {
    if ((await stat(real)).isFile()) return file;
    throw damagedModel(file, 'is not a file');
  }
  throw new GraphError(
    'unsafe-path',
    `${file} is a link that leads out of its folder; put the file itself there if you trust it`,
    { location: { file } },
  );
}

/** The hub's client keeps `models--x/snapshots/<revision>/<path>` as links to `models--x/blobs/<digest>`. */
function hubBlobs(root: string): string[] {
  const snapshots = dirname(root);
  return basename(snapshots) === 'snapshots' ? [join(dirname(snapshots), 'blobs')] : [];
}

/** Bytes. The largest tokenizers have 30 MB; what parsing makes of a file may take thirty times as much. */
const largestJson = 64 << 20;

/** A JSON file of a model's folder. Throws `damaged-file`, and `unsafe-path` as `fileWithin` does. */
export async function readModelJson<Value>(
  folder: string,
  path: string,
  schema: z.ZodType<Value>,
): Promise<Value> {
  const file = await requireSmall(folder, path);
  return readJsonText(file, schema, await readFile(file, 'utf8'));
}

/** A file of a model's folder that is read whole. Throws `damaged-file` for a huge one, and as `fileWithin` does. */
export async function requireSmall(folder: string, path: string): Promise<string> {
  const file = await fileWithin(folder, path);
  requireReadable(file, (await stat(file)).size);
  return file;
}

/** The same of a file whose size somebody states. */
export function requireReadable(file: string, size: number): void {
  if (size <= largestJson) return;
  throw damagedModel(file, `has ${size} bytes; no known model has more than ${largestJson}`);
}

/** What the text of a JSON file holds. Throws `damaged-file`. */
export function readJsonText<Value>(file: string, schema: z.ZodType<Value>, text: string): Value {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw damagedModel(file, 'is cut off, or has other content than its name says', cause);
  }
}

function damagedModel(file: string, reason: string, cause?: unknown): GraphError {
  return new GraphError('damaged-file', `${file} ${reason}; get it again from its source`, {
    cause,
    location: { file },
  });
}

/** What a header says, its damage as `damaged-file`. */
export async function readableHeader<Header>(
  file: string,
  read: (file: string) => Promise<Header>,
): Promise<Header> {
  try {
    return await read(file);
  } catch (cause) {
    if (!(cause instanceof DamagedFile)) throw cause;
    throw new GraphError('damaged-file', cause.message, { cause, location: { file } });
  }
}
