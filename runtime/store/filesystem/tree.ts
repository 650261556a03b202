import { mkdir, lstat, readdir, rename, chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GraphError, treeManifestSchema, treeManifestText, type TreeManifest } from '@graft/graph';
import { hasCode, linkOrCopy, removeFolder, stagingName } from '@graft/kit';
import { diskError } from '../disk-error.ts';
import type { Blob } from './blob-writer.ts';

type TreeFile = TreeManifest['files'][number];

/** Most bytes of a manifest, which is read whole. Storing a tree with a longer one fails. */
const largestManifest = 64 << 20;

/** Paths of all regular files below a folder, with `/`, sorted by code unit. Refuses links and devices. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) found.push(path);
      else {
        throw new GraphError(
          'bad-input',
          `${path} is neither a file nor a folder: a stored tree holds only those.`,
          {
            location: { file: join(folder, path) },
          },
        );
      }
    }
  };
  await walk('');
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Stores a folder's files, then their manifest; removes the emptied folder. */
export async function storeTree(
  folder: string,
  into: {
    readonly moveIn: (file: string) => Promise<Blob>;
    readonly put: (bytes: Iterable<Uint8Array>) => Promise<Blob>;
  },
): Promise<Blob> {
  try {
    const files: TreeFile[] = [];
    let size = 0;
    for (const path of await filesBelow(folder)) {
      const blob = await into.moveIn(join(folder, path));
      files.push({ path, ...blob });
      size += blob.size;
    }
    const bytes = Buffer.from(treeManifestText({ files }));
    if (bytes.byteLength > largestManifest) {
      throw new GraphError(
        'too-large',
        `${folder} has too many files (${files.length}) for one artifact.`,
      );
    }
    const { digest } = await into.put([bytes]);
    await removeFolder(folder);
    return { digest, size };
  } catch (error) {
    throw diskError(error, folder);
  }
}

export async function readManifest(
  bytes: AsyncIterable<Uint8Array>,
  digest: string,
): Promise<TreeManifest> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > largestManifest) throw notATree(digest);
  }
  const manifest = parseManifest(Buffer.concat(chunks));
  if (manifest === undefined) throw notATree(digest);
  return manifest;
}

/** Parses a manifest, and checks that its paths stay below its folder. */
export function parseManifest(bytes: Uint8Array): TreeManifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = treeManifestSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const safe = parsed.data.files.every(({ path }) =>
    path
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\\')),
  );
  return safe ? parsed.data : undefined;
}

/**
 * Lays a tree out at `target`, unless one is there whose files have the right sizes. Builds it beside its place and renames
 * it, so that it exists either whole or not at all.
 */
export async function layOutTree(
  target: string,
  manifest: TreeManifest,
  source: {
    /** The verified file that holds an entry's bytes. */
    readonly blob: (file: TreeFile) => Promise<string>;
  },
): Promise<string> {
  if (await isLaidOut(target, manifest)) return target;
  // Beside its place: a read-only folder can only be renamed within its parent.
  const staged = join(dirname(target), `.${stagingName()}`);
  try {
    await mkdir(staged, { recursive: true });
    const folders = new Set([staged]);
    for (const file of manifest.files) {
      const path = join(staged, file.path);
      const blob = await source.blob(file);
      await mkdir(dirname(path), { recursive: true });
      for (let folder = dirname(path); folder !== staged; folder = dirname(folder))
        folders.add(folder);
      await linkOrCopy(blob, path);
    }
    for (const folder of folders) await chmod(folder, 0o555);
    await putInPlace(staged, target, manifest);
  } catch (error) {
    await removeFolder(staged);
    throw diskError(error, target);
  }
  return target;
}

/** Renames a laid-out folder to its place, unless another process was first; replaces an incomplete one. */
async function putInPlace(staged: string, target: string, manifest: TreeManifest): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(staged, target);
      return;
    } catch (error) {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'EPERM') || attempt === 3) throw error;
    }
    if (await isLaidOut(target, manifest)) {
      await removeFolder(staged);
      return;
    }
    // Moved away first: removing it in place would show readers a folder that empties.
    const away = join(dirname(target), `.${stagingName()}`);
    await rename(target, away).catch(() => undefined);
    await removeFolder(away);
  }
}

async function isLaidOut(target: string, manifest: TreeManifest): Promise<boolean> {
  try {
    const present = await filesBelow(target);
    if (present.length !== manifest.files.length) return false;
    for (const file of manifest.files) {
      if ((await lstat(join(target, file.path))).size !== file.size) return false;
    }
    return true;
  } catch {
    return false;
  }
}

function notATree(digest: string): GraphError {
  return new GraphError('bad-input', `The artifact ${digest} is not a tree of files.`);
}
