import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { lineAt, splitLines } from '@graft/engine';
import { GraphError } from '@graft/graph';
import { eachAtOnce, removeFolder, writeStream } from '@graft/kit';
import type { TableLines } from '@graft/store/database';
import { z } from 'zod';
import type { PackagedBlob } from '../package/archive-writer.ts';
import { OpenedState, type StatePlace } from './opened-state.ts';
import {
  damaged,
  openStateArchive,
  requireOwnTarget,
  writeStateArchive,
  type StateArchive,
  type StateManifest,
} from './state-archive.ts';

/** Lines that are written at once. */
const linesAtOnce = 200;
/** Artifacts that are copied at once. */
const artifactsAtOnce = 4;

/** What was moved. */
export interface ExportReport {
  readonly runs: number;
  /** Cache records. */
  readonly results: number;
  readonly artifacts: number;
  /** Bytes of the artifacts. */
  readonly bytes: number;
}
export interface ImportReport extends ExportReport {
  /** Artifacts that were not there before. */
  readonly copied: number;
}

/**
 * Writes the state of a workspace to `target`, a folder or a `….zip` file: what its database holds, and its artifacts.
 * Throws `store-locked` where a server or a run is at work on it.
 */
export async function exportState(place: StatePlace, target: string): Promise<ExportReport> {
  await using state = await OpenedState.open(place);
  return await state.undisturbed('exported', async () => {
    await state.claim();
    const workspace = await state.identity.ensureId();
    await requireOwnTarget(target, workspace);
    const folder = await state.temporaryFolder();
    try {
      const tables: StateManifest['tables'] = [];
      const blobs: PackagedBlob[] = [];
      for (const table of state.tables) {
        const written = await writeLines(table, join(folder, table.name));
        tables.push({ name: table.name, rows: written.rows, digest: written.digest });
        if (!blobs.some(({ digest }) => digest === written.digest)) blobs.push(written.blob);
      }
      const artifacts: Record<string, number> = {};
      let bytes = 0;
      // After the records, so that none is without its artifact.
      for await (const { digest, size } of state.artifacts.list()) {
        artifacts[digest] = size;
        bytes += size;
        const open = async function* () {
          yield* state.artifacts.get(digest);
          await state.noteCopied(size);
        };
        blobs.push({ digest, size, open, compress: true });
      }
      await writeStateArchive(target, { graftState: 1, workspace, tables, artifacts }, blobs);
      return { ...countsOf(tables), artifacts: Object.keys(artifacts).length, bytes };
    } finally {
      await removeFolder(folder);
    }
  });
}

/**
 * Brings what `exportState` wrote into a workspace that is empty or the same one: artifacts first, then the records that name
 * them. Rows that are there already become as they are in the archive; those that only the workspace has stay. So an import
 * that was cut off goes on, and importing twice changes nothing.
 */
export async function importState(place: StatePlace, source: string): Promise<ImportReport> {
  await using archive = await openStateArchive(source);
  await using state = await OpenedState.open(place);
  return await state.undisturbed('imported', async () => {
    const { manifest } = archive;
    await requireSoundTables(archive);
    await state.become(manifest.workspace);
    const copied = await copyArtifacts(archive, state);
    for (const table of state.tables) await readLines(table, archive);
    const sizes = Object.values(manifest.artifacts);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return { ...countsOf(manifest.tables), artifacts: sizes.length, bytes, copied };
  });
}

function countsOf(tables: StateManifest['tables']): Pick<ExportReport, 'runs' | 'results'> {
  const rowsOf = (name: string): number => tables.find((table) => table.name === name)?.rows ?? 0;
  return { runs: rowsOf('Run'), results: rowsOf('Action') };
}

async function writeLines(
  table: TableLines,
  path: string,
): Promise<{ readonly rows: number; readonly digest: string; readonly blob: PackagedBlob }> {
  const hash = createHash('sha256');
  let [rows, size] = [0, 0];
  await writeStream(
    path,
    (async function* () {
      for await (const line of table.lines()) {
        const bytes = Buffer.from(`${line}\n`);
        hash.update(bytes);
        rows += 1;
        size += bytes.length;
        yield bytes;
      }
    })(),
  );
  const digest = hash.digest('hex');
  return {
    rows,
    digest,
    blob: { digest, size, open: () => createReadStream(path), compress: true },
  };
}

async function copyArtifacts(archive: StateArchive, state: OpenedState): Promise<number> {
  const { artifacts } = state;
  let copied = 0;
  await eachAtOnce(Object.keys(archive.manifest.artifacts), artifactsAtOnce, async (digest) => {
    if (await artifacts.has(digest)) return;
    // The archive verifies its bytes as they are read.
    const { size } = await artifacts.put(archive.blob(digest));
    await state.noteCopied(size);
    copied += 1;
  });
  return copied;
}

async function readLines(table: TableLines, archive: StateArchive): Promise<void> {
  const listed = archive.manifest.tables.find(({ name }) => name === table.name);
  if (listed === undefined) return;
  let waiting: string[] = [];
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      await table.write(batch);
    } catch (error) {
      if (error instanceof SyntaxError) {
        throw damaged(archive.path, `a row of its table ${table.name} is not JSON`, error);
      }
      if (!(error instanceof z.ZodError)) throw error;
      throw new GraphError(
        'newer-format',
        `A row of the table ${table.name} has columns that this Graft does not know. Import with the Graft that exported it, or a newer one.`,
        { cause: error },
      );
    }
  };
  for await (const block of splitLines(archive.blob(listed.digest))) {
    for (let line = 0; line < block.starts.length - 1; line += 1) {
      const text = lineAt(block, line);
      if (text === '') continue;
      waiting.push(text);
      if (waiting.length === linesAtOnce) await flush();
    }
  }
  if (waiting.length > 0) await flush();
}

/** Reads the tables through, so that nothing is written of an archive with damaged ones. */
async function requireSoundTables({ manifest, blob }: StateArchive): Promise<void> {
  for (const { digest } of manifest.tables) for await (const _chunk of blob(digest));
}
