import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { GraphError } from '@graft/graph';
import { removeFolder, writeStream } from '@graft/kit';
import type { TableLines } from '@graft/store/database';
import { z } from 'zod';
import type { PackagedBlob } from '../package/archive-writer.ts';
import { OpenedState, type StatePlace } from './opened-state.ts';
import {
  openStateArchive,
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
  await state.requireRest('exported');
  await state.claim();
  const workspace = await state.identity.ensureId();
  const folder = await state.temporaryFolder();
  try {
    return await state.undisturbed(async () => {
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
    });
  } finally {
    await removeFolder(folder);
  }
}

/**
 * Brings what `exportState` wrote into a workspace that is empty or the same one: artifacts first, then the records that name
 * them. Rows that are there already become as they are in the archive; those that only the workspace has stay. So an import
 * that was cut off goes on, and importing twice changes nothing.
 */
export async function importState(place: StatePlace, source: string): Promise<ImportReport> {
  await using archive = await openStateArchive(source);
  await using state = await OpenedState.open(place);
  await state.requireRest('imported');
  await state.become(archive.manifest.workspace);
  return await state.undisturbed(async () => {
    const { manifest } = archive;
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
  const rest = Object.keys(archive.manifest.artifacts).values();
  let copied = 0;
  const worker = async (): Promise<void> => {
    for (const digest of rest) {
      if (await artifacts.has(digest)) continue;
      // The archive verifies its bytes as they are read.
      const { size } = await artifacts.put(archive.blob(digest));
      await state.noteCopied(size);
      copied += 1;
    }
  };
  await Promise.all(Array.from({ length: artifactsAtOnce }, worker));
  return copied;
}

async function readLines(table: TableLines, archive: StateArchive): Promise<void> {
  const listed = archive.manifest.tables.find(({ name }) => name === table.name);
  if (listed === undefined) return;
  const input = Readable.from(archive.blob(listed.digest), { objectMode: false });
  const lines = createInterface({ input, crlfDelay: Infinity });
  const failed = new Promise<never>((_resolve, reject) => input.once('error', reject));
  failed.catch(() => undefined);
  let waiting: string[] = [];
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      await table.write(batch);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      throw new GraphError(
        'newer-format',
        `A row of the table ${table.name} has columns that this Graft does not know. Import with the Graft that exported it, or a newer one.`,
        { cause: error },
      );
    }
  };
  for await (const line of lines) {
    if (line === '') continue;
    waiting.push(line);
    if (waiting.length === linesAtOnce) await flush();
  }
  if (waiting.length > 0) await flush();
  if (input.errored !== null) throw input.errored;
}
