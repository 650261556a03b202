import { mkdir } from 'node:fs/promises';
import type { Catalogue } from '@graft/backends/catalogue';
import {
  actionRecordSchema,
  GraphError,
  parseGraph,
  runEventSchema,
  type ActionRecord,
  type ArtifactStore,
  type ModelFacts,
  type Problem,
  type RunEvent,
  type RunStore,
} from '@graft/graph';
import type { Leases } from '@graft/store/database';
import { requireRoom } from '../files/write-error.ts';
import { PackageArchive } from './package-archive.ts';
import {
  damaged,
  graphsOf,
  largestParsed,
  unpackedSize,
  type PackageManifest,
} from './package-manifest.ts';
import { filePlaces, writeFiles } from './place-files.ts';
import type { HeldJournal, PlacingJournal } from './placing-journal.ts';
import { soundRecords } from './sound-records.ts';
import { receivedId, type ReceivedPackage, type ReceivedPackages } from './received-packages.ts';
import { requireGraphName } from './unpack-path.ts';

/** What came out of a package. */
export interface UnpackReport {
  readonly package: ReceivedPackage;
  readonly graph: string;
  /** Files that were written, and those that were there already, the same. */
  readonly written: readonly string[];
  readonly present: readonly string[];
  /** Steps of the run that came along, with what they gave. */
  readonly results: number;
  /** Records of its results that are not what they say, and were left out. */
  readonly unread: number;
  readonly models: readonly string[];
  /** Models that were not taken, and why. */
  readonly refused: readonly Problem[];
  /** Models that the graph names, and that are neither here nor in the package. */
  readonly missingModels: readonly ModelFacts[];
  /** Paths and patterns of data that the graph names and that give no file here. */
  readonly missingFiles: readonly string[];
}

export interface UnpackParts {
  /** A real path. */
  readonly root: string;
  readonly catalogue: Catalogue;
  readonly received: ReceivedPackages;
  readonly artifacts: ArtifactStore;
  readonly runs: RunStore;
  readonly leases: Leases;
  /** Where files are written before they take their place; swept of what a killed process left there. */
  readonly scratchFolder: string;
  readonly journal: PlacingJournal;
}

/**
 * Unpacks an archive into a workspace: all of it, or nothing. Where a file would take the place of another, a path leads
 * out or bytes are wrong, Graft writes nothing. Where the disk fills up or the process is killed, the files that came are
 * taken back, at once or when the workspace is next opened; a killed process may leave artifacts, which a collection
 * of garbage deletes, and verified models and a run, which a second try finds. `name` is how messages call the archive.
 */
export async function unpack(
  parts: UnpackParts,
  archivePath: string,
  name: string,
): Promise<Omit<UnpackReport, 'missingModels' | 'missingFiles'>> {
  await using archive = await PackageArchive.open(archivePath, name);
  const { manifest } = archive;
  await mkdir(parts.scratchFolder, { recursive: true });
  await requireRoom(parts.root, unpackedSize(manifest), 'The package');
  const records = await readRecords(archive);
  await verifyAll(archive, records);
  requireGraphName(manifest.graph, name);
  if (!manifest.files.some(({ path }) => path === manifest.graph))
    throw damaged(name, `its graph ${manifest.graph} is missing`);
  return await parts.journal.alone((journal) => receive(parts, { archive, records, journal }));
}

/** Takes what was verified. */
async function receive(
  parts: UnpackParts,
  {
    archive,
    records,
    journal,
  }: {
    readonly archive: PackageArchive;
    readonly records: Records;
    readonly journal: HeldJournal;
  },
): Promise<Omit<UnpackReport, 'missingModels' | 'missingFiles'>> {
  const { manifest, name } = archive;
  const where = await filePlaces(parts.root, manifest.files, name);
  const id = receivedId(manifest);
  // Nobody has said that what was sent may answer for a graph that was here before.
  const before = await parts.received.find(id);
  const isHeld = before === undefined ? where.present.has(manifest.graph) : before.held === true;
  const { models, refused, takeBack } = await receiveModels(parts.catalogue, archive);
  try {
    // Nothing refers to the artifacts before the records are there: garbage is not collected meanwhile.
    const unpacking = parts.leases.with('collection', {}, async (lease) => {
      await receiveArtifacts(parts.artifacts, archive);
      const sound = await soundRecords(
        {
          artifacts: parts.artifacts,
          sizes: manifest.blobs,
          limit: largestParsed(archive.size),
        },
        records.actions,
      );
      const runId = manifest.results?.runId;
      const entry = {
        name: manifest.name,
        graph: manifest.graph,
        createdAt: manifest.createdAt,
        ...(isHeld || runId === undefined ? {} : { runId }),
        ...(isHeld ? { held: true } : {}),
      };
      const receivedAt = Date.now();
      return writeFiles(manifest.files, where, {
        root: parts.root,
        open: ({ digest }) => archive.blob(digest),
        scratchFolder: parts.scratchFolder,
        journal,
        package: { id, receivedAt },
        rest: async (files) => {
          await lease.check();
          if (!isHeld) await receiveRun(parts.runs, manifest, records.events);
          // Last: with this record, the package is here.
          const kept = await parts.received.keep({ ...entry, id, receivedAt }, sound);
          const unread = records.actions.length - sound.length;
          return { received: kept, written: files, unread };
        },
      });
    });
    const { received, written, unread } = await unpacking;
    return {
      package: received,
      graph: manifest.graph,
      written,
      present: [...where.present],
      results: stepsWithResults(records),
      unread,
      models,
      refused,
    };
  } catch (error) {
    await takeBack();
    throw error;
  }
}

interface Records {
  readonly events: readonly RunEvent[];
  readonly actions: readonly ActionRecord[];
}

async function readRecords(archive: PackageArchive): Promise<Records> {
  const { results, graph, name: from } = archive.manifest;
  if (results === undefined) return { events: [], actions: [] };
  const now = Date.now();
  const read = <T>(line: string, schema: { parse: (value: unknown) => T }): T => {
    try {
      return schema.parse(JSON.parse(line));
    } catch (error) {
      throw damaged(archive.name, 'a record of its results cannot be read', error);
    }
  };
  const { runId, events: listed } = results;
  const actions = (await archive.lines(results.actions)).map((line) => {
    const record = read(line, actionRecordSchema);
    return { ...record, createdAt: Math.min(record.createdAt, now) };
  });
  if (runId === undefined) return { events: [], actions };
  const events = (await archive.lines(listed)).map((line) => {
    const event = read(line, runEventSchema);
    // A time to come would stand before everything that is run here.
    const common = { runId, at: Math.min(event.at, now) };
    switch (event.type) {
      case 'run.started':
        return { ...event, ...common, file: graph };
      case 'step.finished':
        return { ...event, ...common, step: { ...event.step, from } };
      case 'run.finished':
        return { ...event, ...common, steps: event.steps.map((step) => ({ ...step, from })) };
      default:
        return { ...event, ...common };
    }
  });
  for (const [at, event] of events.entries()) {
    if (event.seq <= (events[at - 1]?.seq ?? 0))
      throw damaged(archive.name, 'its events are out of order');
  }
  requireFinished(events, archive.name);
  return { events, actions };
}

/** Only runs that succeeded are packed, and their events are whole. */
function requireFinished(events: readonly RunEvent[], name: string): void {
  const started = events.findIndex(({ type }) => type === 'run.started');
  const end = events.find((event) => event.type === 'run.finished');
  if (started === 0 && end === events.at(-1) && end?.status === 'succeeded') return;
  throw damaged(name, 'its events do not describe a succeeded run');
}

/** Reads everything once, so that nothing is written of a package whose bytes are wrong. */
async function verifyAll(archive: PackageArchive, { actions }: Records): Promise<void> {
  const { manifest, name } = archive;
  for (const digest of Object.keys(manifest.blobs)) {
    for await (const chunk of archive.blob(digest)) void chunk;
  }
  for (const { path, digest } of manifest.files) {
    if (path !== manifest.graph) continue;
    const chunks: Uint8Array[] = [];
    for await (const chunk of archive.blob(digest)) chunks.push(chunk);
    try {
      parseGraph(Buffer.concat(chunks).toString('utf8'), path);
    } catch (thrown) {
      const { code, message } = GraphError.from(thrown);
      throw new GraphError(code, `Graft cannot read its graph ${path}: ${message}`, {
        location: { file: name },
        cause: thrown,
      });
    }
  }
  const there = new Set(manifest.results?.artifacts ?? []);
  for (const { outputs } of actions) {
    for (const { digest } of Object.values(outputs)) {
      if (!there.has(digest)) throw damaged(name, `it lacks the result ${digest.slice(0, 12)}`);
    }
  }
}

async function receiveArtifacts(artifacts: ArtifactStore, archive: PackageArchive): Promise<void> {
  const { results } = archive.manifest;
  if (results === undefined) return;
  for (const digest of new Set([...results.artifacts, ...graphsOf(results)])) {
    if (!(await artifacts.has(digest))) await artifacts.put(archive.blob(digest));
  }
}

/** Steps of the run; without one, the cache records. */
function stepsWithResults({ events, actions }: Records): number {
  if (events.length === 0) return actions.length;
  const nodes = events.flatMap((event) =>
    event.type === 'step.finished' && Object.keys(event.step.outputs).length > 0
      ? event.step.node
      : [],
  );
  return new Set(nodes).size;
}

interface ReceivedModels extends Pick<UnpackReport, 'models' | 'refused'> {
  /** Removes those that were not here before. */
  readonly takeBack: () => Promise<void>;
}

/** Models that cannot be taken from a package are left out, with the reason. */
async function receiveModels(
  catalogue: Catalogue,
  archive: PackageArchive,
): Promise<ReceivedModels> {
  const models: string[] = [];
  const refused: Problem[] = [];
  if (archive.manifest.models.length === 0)
    return { models, refused, takeBack: () => Promise.resolve() };
  const listed = await catalogue.list();
  const before = new Set(listed.flatMap(({ entry, bytes }) => (bytes > 0 ? entry.id : [])));
  const takeBack = async (): Promise<void> => {
    for (const id of models) if (!before.has(id)) await catalogue.remove(id);
  };
  for (const entry of archive.manifest.models) {
    try {
      await catalogue.receive(entry, {
        name: archive.manifest.name,
        blob: (digest) => archive.blob(digest),
      });
      models.push(entry.id);
    } catch (thrown) {
      const error = GraphError.from(thrown);
      if (error.code !== 'bad-model') {
        await takeBack();
        throw error;
      }
      refused.push(error.toProblem());
    }
  }
  return { models, refused, takeBack };
}

/** Records the run that came along, unless it is here: what it gave is shown as any run's. */
async function receiveRun(
  runs: RunStore,
  manifest: PackageManifest,
  events: readonly RunEvent[],
): Promise<void> {
  const { results, graph } = manifest;
  const end = events.at(-1);
  if (results?.runId === undefined || end?.type !== 'run.finished') return;
  const id = results.runId;
  if ((await runs.get(id)) === undefined) {
    const now = Date.now();
    await runs.create({
      id,
      file: graph,
      status: end.status,
      startedAt: Math.min(results.startedAt, results.finishedAt, now),
      finishedAt: Math.min(results.finishedAt, now),
      owner: 'package',
      ...(results.graph === undefined ? {} : { graph: results.graph }),
      ...(results.graphs === undefined ? {} : { graphs: results.graphs }),
    });
  }
  // All of them come in one transaction: none are there where unpacking was cut off before.
  if ((await runs.events(id, 0, 1)).length === 0) await runs.append(id, events);
}
