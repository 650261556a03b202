import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GraphError, type MetricRow, type RunContext } from '@graft/graph';
import { z } from 'zod';

/** Marks a folder as an export. Written last: a folder without it is not ours. */
export const exportMarker = '.graft-export.json';
const markerSchema = z.object({
  /** Version of this file. */
  graftExport: z.literal(1),
  /** Digest of the exported artifact. */
  digest: z.string(),
  /** Bytes by name. */
  files: z.record(z.string(), z.number()),
});
type Marker = z.infer<typeof markerSchema>;

export interface ExportRequest {
  /** Path below the workspace. */
  readonly path: string;
  /** Digest of the exported artifact: an equal one is not written again. */
  readonly digest: string;
  /** Absolute paths by target name; names may contain folders. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Copies files into a folder of the workspace: first into a new folder beside it, which then replaces it, so that
 * nobody sees half an export. Replaces an earlier export, but no folder with other files (`bad-param`). Throws
 * `outside-workspace`, `no-space`. Returns the bytes of each file, and a summary.
 */
export async function exportFolder(ctx: RunContext, request: ExportRequest): Promise<MetricRow[]> {
  const location = { node: ctx.node, param: 'path' };
  try {
    const target = await ctx.output(request.path);
    const marker = await markerOf(request);
    if (await isCurrent(target, marker)) {
      ctx.log('info', `${request.path} already holds these files.`);
    } else {
      await requireOwn(target, request.path);
      await mkdir(dirname(target), { recursive: true });
      await replace(ctx, { target, marker, files: request.files });
      ctx.log('info', `Written to ${request.path}.`);
    }
    return rowsOf(request.path, marker);
  } catch (error) {
    throw ctx.signal.aborted ? error : GraphError.from(writable(error, request.path), location);
  }
}

async function markerOf({ digest, files }: ExportRequest): Promise<Marker> {
  const sizes = await Promise.all(
    [...files].map(async ([name, source]) => [name, (await stat(source)).size] as const),
  );
  return { graftExport: 1, digest, files: Object.fromEntries(sizes) };
}

/** Content of the folder's marker; undefined if it is not an export. */
async function readMarker(folder: string): Promise<Marker | undefined> {
  const text = await readFile(join(folder, exportMarker), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return markerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Whether this exact export exists unchanged: the marker is its newest file. */
async function isCurrent(folder: string, wanted: Marker): Promise<boolean> {
  const found = await readMarker(folder);
  if (found === undefined || JSON.stringify(found) !== JSON.stringify(wanted)) return false;
  const written = await stat(join(folder, exportMarker));
  for (const [name, size] of Object.entries(wanted.files)) {
    const file = await lstat(join(folder, name)).catch(() => undefined);
    if (file?.isFile() !== true || file.size !== size || file.mtimeMs > written.mtimeMs)
      return false;
  }
  return true;
}

/** Refuses an existing target, except an empty folder or a pure export. */
async function requireOwn(target: string, path: string): Promise<void> {
  const refuse = (reason: string): GraphError =>
    new GraphError('bad-param', `${path} ${reason}. Choose another folder, or move this one away.`);
  const found = await lstat(target).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory()) throw refuse('is a file');
  const names = (await filesBelow(target)).map(({ name }) => name);
  if (names.length === 0) return;
  const marker = await readMarker(target);
  if (marker === undefined) throw refuse('already exists, and Graft did not write it');
  const foreign = names.filter(
    (name) => name !== exportMarker && !Object.hasOwn(marker.files, name),
  );
  if (foreign.length === 0) return;
  throw refuse(`also holds ${foreign.slice(0, 3).join(', ')}, which Graft did not write`);
}

async function replace(
  ctx: RunContext,
  { target, marker, files }: { target: string; marker: Marker; files: ExportRequest['files'] },
): Promise<void> {
  const aside = (what: string): string =>
    join(dirname(target), `.${basename(target)}.${what}-${randomBytes(4).toString('hex')}`);
  const [fresh, old] = [aside('new'), aside('old')];
  await clearLeftovers(target);
  try {
    await mkdir(fresh);
    await copy(ctx, { fresh, marker, files });
    await writeFile(join(fresh, exportMarker), `${JSON.stringify(marker, null, 2)}\n`);
    ctx.signal.throwIfAborted();
    // Two folders cannot be swapped atomically: for a moment there is none, but never half of one.
    const replaced = await rename(target, old).then(() => true, ignoreMissing);
    try {
      await rename(fresh, target);
    } catch (error) {
      if (replaced === true) await rename(old, target);
      throw error;
    }
    await rm(old, { recursive: true, force: true });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Removes leftovers of a killed export beside the target, at least an hour old. */
async function clearLeftovers(target: string): Promise<void> {
  const prefix = `.${basename(target)}.`;
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix) || !/^(new|old)-[0-9a-f]{8}$/.test(name.slice(prefix.length))) {
      continue;
    }
    const left = join(dirname(target), name);
    const { mtimeMs } = await lstat(left);
    if (Date.now() - mtimeMs > 3_600_000) await rm(left, { recursive: true, force: true });
  }
}

async function copy(
  ctx: RunContext,
  { fresh, marker, files }: { fresh: string; marker: Marker; files: ExportRequest['files'] },
): Promise<void> {
  const total = Object.values(marker.files).reduce((sum, size) => sum + size, 0);
  let done = 0;
  for (const [name, source] of files) {
    const copied = join(fresh, name);
    await mkdir(dirname(copied), { recursive: true });
    const counted = async function* (source: AsyncIterable<Uint8Array>) {
      for await (const bytes of source) {
        yield bytes;
        done += bytes.length;
        ctx.progress({ done, total, unit: 'bytes', message: name });
      }
    };
    // Flushed before the folder takes its place.
    const writer = createWriteStream(copied, { flags: 'wx', flush: true });
    const reader = createReadStream(source, { highWaterMark: 1 << 20 });
    await pipeline(reader, counted, writer, { signal: ctx.signal });
  }
}

/** Every file of a folder and its subfolders, by relative path, sorted. */
export async function filesBelow(
  folder: string,
): Promise<readonly { readonly name: string; readonly path: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ name: relative(folder, path).split(sep).join('/'), path }));
}

/** Explains a file system error that the operator can fix. */
function writable(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') return error;
  return new GraphError(
    'bad-param',
    `Graft has no permission to write to ${path}. Choose another folder, or change its permissions.`,
    { cause: error },
  );
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

function rowsOf(path: string, { files }: Marker): MetricRow[] {
  const sizes = Object.entries(files);
  const bytes = sizes.reduce((sum, [, size]) => sum + size, 0);
  return [
    ...sizes.map(([name, size]) => ({
      ...{ series: 'files', label: `${path}/${name}`, values: { bytes: size } },
    })),
    { series: 'summary', values: { files: sizes.length, bytes } },
  ];
}
