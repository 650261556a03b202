import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Catalogue } from '@graft/backends/catalogue';
import { orNone } from '@graft/engine';
import {
  GraphError,
  type ActionStore,
  type ArtifactStore,
  type Plan,
  type LocatedFile,
  type RunEvent,
  type RunOrigin,
  type RunStore,
  type SourceResolver,
  plannedNodes,
} from '@graft/graph';
import { graphSuffix, requirePortablePath, requireVisible } from '../files/graph-path.ts';
import { writeError } from '../files/write-error.ts';
import { writeArchive, type PackagedBlob } from './archive-writer.ts';
import {
  modelIds,
  packagedArtifacts,
  portableEntry,
  recordsToPack,
  runsToPack,
  type PackageContents,
  type PackChoice,
} from './package-contents.ts';
import {
  hasTooManyFolders,
  largestContents,
  maxBlobs,
  maxFolders,
  maxListing,
  maxModels,
  formatOf,
  unpackedSize,
  writtenPaths,
  type PackageManifest,
} from './package-manifest.ts';
import { twinsOf } from './unpack-path.ts';

/** A graph file's bytes as they were read. */
interface PackedGraph {
  readonly path: string;
  readonly text: string;
}

/** What is packed, and what from. */
export interface PackRequest {
  /** The graph first, then the graph files that it uses. */
  readonly graphs: readonly [PackedGraph, ...PackedGraph[]];
  readonly plan: Plan;
  /** Names of the experiments of the graph. */
  readonly experiments: readonly string[];
}
export interface PackParts {
  readonly files: SourceResolver;
  readonly catalogue: Catalogue;
  readonly stores: {
    readonly artifacts: ArtifactStore;
    readonly actions: ActionStore;
    readonly runs: RunStore;
  };
}

/** What was written. */
export interface PackReport {
  readonly path: string;
  /** Bytes of the archive. */
  readonly size: number;
  readonly manifest: PackageManifest;
  /** Nodes of whose results some were gone, and are not in it. */
  readonly missing: readonly string[];
}

/** Sizes of what a package could hold, without reading more than the manifests of trees. */
export async function packageContents(
  { files, catalogue, stores }: PackParts,
  { graphs, plan, experiments }: PackRequest,
): Promise<PackageContents> {
  const [{ path: graph }] = graphs;
  const data = await dataFiles(files, plan);
  const found = await runsToPack(stores.runs, graph, { nodes: nodesOf(plan), experiments });
  const kept =
    found === undefined ? undefined : await packagedArtifacts(stores.artifacts, found.steps);
  return {
    graph,
    graphs: {
      count: graphs.length,
      size: graphs.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
    },
    data: { count: data.length, size: data.reduce((sum, { size }) => sum + size, 0) },
    ...(found === undefined || kept === undefined
      ? {}
      : {
          artifacts: {
            ...(found.run === undefined ? {} : { runId: found.run.id }),
            experiments: found.experiments,
            count: kept.blobs.size,
            size: [...kept.blobs.values()].reduce((sum, size) => sum + size, 0),
            missing: kept.missing,
          },
        }),
    models: modelIds(plan.nodes).map((id) => {
      const { files: parts } = catalogue.entry(id);
      return { id, size: parts.reduce((sum, { size }) => sum + size, 0) };
    }),
  };
}

/** Writes a package. Every byte is checked against its digest on the way; models that are not here are fetched. */
export async function pack(
  parts: PackParts,
  { graphs, plan, experiments }: PackRequest,
  { choice, target }: { readonly choice: PackChoice; readonly target: string },
): Promise<PackReport> {
  const [{ path: graph }] = graphs;
  const name = basename(graph).slice(0, -graphSuffix.length);
  const blobs = new Map<string, PackagedBlob>();
  const add = (blob: PackagedBlob): string => {
    blobs.set(blob.digest, blob);
    return blob.digest;
  };
  const files = graphs.map(({ path, text }) => ({ path, digest: add(textBlob(text)) }));
  if (choice.data === true) {
    const graphDigests = new Map(files.map((each) => [each.path, each.digest]));
    for (const { path, digest, size, absolute } of await dataFiles(parts.files, plan)) {
      const asGraph = graphDigests.get(path);
      if (asGraph !== undefined && asGraph !== digest) throw changed(path);
      if (asGraph !== undefined) continue;
      add(fileBlob(absolute, { digest, size, shown: path, compress: true }));
      files.push({ path, digest });
    }
  }
  const twins = twinsOf(files.map(({ path }) => path));
  if (twins !== undefined) {
    throw new GraphError(
      'bad-name',
      `${JSON.stringify(twins[0])} and ${JSON.stringify(twins[1])} are the same name on some systems, so the package could not be unpacked. Rename one of them.`,
      { location: { file: twins[1] } },
    );
  }
  const { results, missing } =
    choice.artifacts === true
      ? await packResults(parts, { graph, plan, experiments, add })
      : { results: undefined, missing: [] };
  const models =
    choice.models === true ? await packModels(parts.catalogue, { graph, plan, name, add }) : [];
  const manifest: PackageManifest = {
    graftPackage: formatOf(results),
    name,
    createdAt: Date.now(),
    graph,
    files,
    ...(results === undefined ? {} : { results }),
    models,
    blobs: Object.fromEntries([...blobs.values()].map(({ digest, size }) => [digest, size])),
  };
  const count = Math.max(blobs.size, writtenPaths(manifest));
  if (count > maxBlobs) {
    throw new GraphError(
      'too-large',
      `The package would have ${String(count)} files and artifacts; the limit is ${String(maxBlobs)}. Pack without data or without artifacts.`,
      { location: { file: graph } },
    );
  }
  if (hasTooManyFolders(manifest)) {
    throw new GraphError(
      'too-large',
      `The package’s files are in more than ${String(maxFolders)} folders, the limit. Pack without data.`,
      { location: { file: graph } },
    );
  }
  const listing = `${JSON.stringify(manifest, null, 1)}\n`;
  requireShort(listing, { what: 'list of its contents', file: graph, leave: 'data or results' });
  await writeArchive(target, listing, { blobs: blobs.values() }).catch((error: unknown) => {
    throw writeError(error, { file: basename(target), what: 'the package was not written' });
  });
  const { size } = await stat(target);
  const contents = unpackedSize(manifest);
  if (contents > largestContents(size)) {
    await rm(target);
    throw new GraphError(
      'too-large',
      `The package would shrink ${String(Math.floor(contents / size))} times, to ${String(size)} bytes. Graft refuses to unpack such packages, because they could fill a disk. Pack without data or without artifacts.`,
      { location: { file: graph } },
    );
  }
  return { path: target, size, manifest, missing };
}

/** What is longer would be refused when it is unpacked. */
function requireShort(
  text: string,
  { what, file, leave }: { readonly what: string; readonly file: string; readonly leave: string },
): void {
  const size = Buffer.byteLength(text);
  if (size <= maxListing) return;
  throw new GraphError(
    'too-large',
    `The ${what} takes ${String(size)} bytes; the limit is ${String(maxListing)}. Pack without ${leave}.`,
    { location: { file } },
  );
}

interface Packed {
  readonly results: PackageManifest['results'];
  readonly missing: readonly string[];
}

interface Gather {
  readonly plan: Plan;
  readonly add: (blob: PackagedBlob) => string;
}

interface ResultsWanted extends Pick<PackRequest, 'experiments'> {
  readonly graph: string;
}

async function packResults(
  { stores }: PackParts,
  { graph, plan, experiments: named, add }: Gather & ResultsWanted,
): Promise<Packed> {
  const { artifacts, actions, runs } = stores;
  const found = await runsToPack(runs, graph, { nodes: nodesOf(plan), experiments: named });
  if (found === undefined) {
    throw new GraphError(
      'bad-input',
      'There are no results to pack: no run or experiment of this graph has succeeded yet. Run it first, or pack it without results.',
      { location: { file: graph } },
    );
  }
  const { run, experiments, steps } = found;
  const of = run === undefined ? `experiment ${experiments.join(', ')}` : `run ${run.id}`;
  const { blobs: sizes, missing } = await packagedArtifacts(artifacts, steps);
  if (sizes.size === 0 && missing.length > 0) {
    throw new GraphError(
      'missing-file',
      `The results of ${of} were removed from the cache. Run the graph again, or pack it without results.`,
      { location: { file: graph } },
    );
  }
  for (const [digest, size] of sizes) {
    add({ digest, size, open: () => artifacts.get(digest), compress: true });
  }
  const keys = new Set(steps.flatMap(({ cacheKey }) => cacheKey ?? []));
  const records = recordsToPack((await actions.getMany([...keys])).values(), sizes);
  const listed = lines(records);
  const leave = 'results';
  requireShort(listed, { what: `list of the cached results of ${of}`, file: graph, leave });
  const cached = { actions: add(textBlob(listed)), artifacts: [...sizes.keys()] };
  if (run === undefined) return { results: cached, missing };
  const events = lines(await eventsOf(runs, run.id));
  requireShort(events, { what: `record of the events of ${of}`, file: graph, leave });
  const results = {
    ...cached,
    runId: run.id,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt ?? run.startedAt,
    events: add(textBlob(events)),
    ...(await packOrigin(artifacts, run, add)),
  };
  return { results, missing };
}

/** The graph that ran and those that it used, as they were then. */
async function packOrigin(
  artifacts: ArtifactStore,
  { graph, graphs = {} }: RunOrigin,
  add: Gather['add'],
): Promise<Pick<NonNullable<PackageManifest['results']>, 'graph' | 'graphs'>> {
  if (graph === undefined) return {};
  const texts = new Map<string, Buffer>();
  try {
    for (const digest of [graph, ...Object.values(graphs)]) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of artifacts.get(digest)) chunks.push(chunk);
      texts.set(digest, Buffer.concat(chunks));
    }
  } catch (error) {
    if (GraphError.from(error).code !== 'missing-file') throw error;
    return {};
  }
  for (const text of texts.values()) add(textBlob(text));
  return { graph, ...(Object.keys(graphs).length === 0 ? {} : { graphs }) };
}

async function packModels(
  catalogue: Catalogue,
  { graph, plan, name, add }: Gather & { readonly graph: string; readonly name: string },
): Promise<PackageManifest['models']> {
  const entries: PackageManifest['models'] = [];
  const ids = modelIds(plan.nodes);
  if (ids.length > maxModels) {
    throw new GraphError(
      'too-large',
      `The package would have ${String(ids.length)} models; the limit is ${String(maxModels)}. Pack without models.`,
      { location: { file: graph } },
    );
  }
  for (const id of ids) {
    const { entry, file } = await catalogue.open(id);
    for (const { path, digest, size } of entry.files) {
      if (digest === undefined) continue;
      add(fileBlob(file(path), { digest, size, shown: `${id}/${path}`, compress: false }));
    }
    entries.push(portableEntry(entry, name));
  }
  return entries;
}

/** The files that the nodes of a plan read, each once; their paths must be such as any system can write. */
export async function dataFiles(resolver: SourceResolver, plan: Plan): Promise<LocatedFile[]> {
  const found = new Map<string, LocatedFile>();
  for (const source of [...plannedNodes(plan.nodes)].flatMap(({ sources }) => sources)) {
    if (source.kind !== 'files') continue;
    const files = await orNone(resolver.files(source.patterns), source);
    for (const file of files) found.set(file.path, file);
  }
  for (const path of found.keys()) {
    requireVisible(path);
    requirePortablePath(path);
  }
  return [...found.values()];
}

const nodesOf = (plan: Plan): string[] => plan.nodes.map(({ id }) => id);

/** All but those of checkpoints, for which earlier versions take a package to be damaged. Steps sum them up. */
async function eventsOf(runs: RunStore, runId: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for (;;) {
    const page = await runs.events(runId, events.at(-1)?.seq ?? 0, 1000);
    if (page.length === 0) return events.filter(({ type }) => type !== 'step.checkpoint');
    events.push(...page);
  }
}

const lines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

function textBlob(text: string | Buffer): PackagedBlob {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { digest, size: bytes.byteLength, open: () => once(bytes), compress: true };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** A file as it was hashed. Throws `input-changed` where it is another by the time that it is read. */
function fileBlob(
  absolute: string,
  file: Omit<PackagedBlob, 'open'> & { readonly shown: string },
): PackagedBlob {
  const { digest, size, compress, shown } = file;
  async function* open(): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(absolute)) {
      if (!(chunk instanceof Uint8Array)) continue;
      hash.update(chunk);
      yield chunk;
    }
    if (hash.digest('hex') !== digest) throw changed(shown);
  }
  return { digest, size, compress, open };
}

function changed(file: string): GraphError {
  return new GraphError('input-changed', 'The file changed while it was packed. Pack again.', {
    location: { file },
  });
}
