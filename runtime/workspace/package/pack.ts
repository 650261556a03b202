import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Catalogue } from '@graft/backends/catalogue';
import {
  GraphError,
  type ActionStore,
  type ArtifactStore,
  type Plan,
  type ResolvedFile,
  type RunEvent,
  type RunStore,
  type SourceResolver,
  plannedNodes,
} from '@graft/graph';
import { graphSuffix, requirePortablePath, requireVisible } from '../graph-path.ts';
import { writeArchive, type PackagedBlob } from './archive-writer.ts';
import {
  artifactBlobs,
  modelIds,
  portableEntry,
  recordsToPack,
  runToPack,
  type PackageContents,
  type PackChoice,
} from './package-contents.ts';
import { maxBlobs, packageFormat, type PackageManifest } from './package-manifest.ts';
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
}

/** Sizes of what a package could hold, without reading more than the manifests of trees. */
export async function packageContents(
  { files, catalogue, stores }: PackParts,
  { graphs, plan }: PackRequest,
): Promise<PackageContents> {
  const [{ path: graph }] = graphs;
  const data = await dataFiles(files, plan);
  const found = await runToPack(stores.runs, graph, nodesOf(plan));
  const blobs =
    found === undefined ? undefined : await artifactBlobs(stores.artifacts, found.steps);
  return {
    graph,
    graphs: {
      count: graphs.length,
      size: graphs.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
    },
    data: { count: data.length, size: data.reduce((sum, { size }) => sum + size, 0) },
    ...(found === undefined || blobs === undefined
      ? {}
      : {
          artifacts: {
            runId: found.run.id,
            count: blobs.size,
            size: [...blobs.values()].reduce((sum, size) => sum + size, 0),
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
  { graphs, plan }: PackRequest,
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
      `${JSON.stringify(twins[0])} and ${JSON.stringify(twins[1])} are one name on some systems, so the package would open nowhere. Rename one of them.`,
      { location: { file: twins[1] } },
    );
  }
  const results =
    choice.artifacts === true ? await packResults(parts, { graph, plan, add }) : undefined;
  const models =
    choice.models === true ? await packModels(parts.catalogue, { plan, name, add }) : [];
  if (blobs.size > maxBlobs) {
    throw new GraphError(
      'too-large',
      `The package would hold ${String(blobs.size)} files and artifacts; at most ${String(maxBlobs)} are packed. Leave data or artifacts out.`,
      { location: { file: graph } },
    );
  }
  const manifest: PackageManifest = {
    graftPackage: packageFormat,
    name,
    createdAt: Date.now(),
    graph,
    files,
    ...(results === undefined ? {} : { results }),
    models,
    blobs: Object.fromEntries([...blobs.values()].map(({ digest, size }) => [digest, size])),
  };
  await writeArchive(target, `${JSON.stringify(manifest, null, 1)}\n`, blobs.values());
  return { path: target, size: (await stat(target)).size, manifest };
}

interface Gather {
  readonly plan: Plan;
  readonly add: (blob: PackagedBlob) => string;
}

async function packResults(
  { stores }: PackParts,
  { graph, plan, add }: Gather & { readonly graph: string },
): Promise<PackageManifest['results']> {
  const { artifacts, actions, runs } = stores;
  const found = await runToPack(runs, graph, nodesOf(plan));
  if (found === undefined) {
    throw new GraphError(
      'bad-input',
      'No run of this graph has succeeded yet, so there are no results to pack. Run it first, or pack it without results.',
      { location: { file: graph } },
    );
  }
  const { run, steps } = found;
  const sizes = await artifactBlobs(artifacts, steps);
  for (const [digest, size] of sizes) {
    add({ digest, size, open: () => artifacts.get(digest), compress: true });
  }
  const keys = steps.flatMap(({ cacheKey }) => cacheKey ?? []);
  const records = recordsToPack((await actions.getMany(keys)).values(), sizes);
  return {
    runId: run.id,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt ?? run.startedAt,
    events: add(textBlob(lines(await eventsOf(runs, run.id)))),
    actions: add(textBlob(lines(records))),
    artifacts: [...sizes.keys()],
  };
}

async function packModels(
  catalogue: Catalogue,
  { plan, name, add }: Gather & { readonly name: string },
): Promise<PackageManifest['models']> {
  const entries: PackageManifest['models'] = [];
  for (const id of modelIds(plan.nodes)) {
    const folder = await catalogue.fetch(id);
    // Read after it was fetched: a digest may have been pinned by that.
    const entry = catalogue.entry(id);
    for (const { path, digest, size } of entry.files) {
      if (digest === undefined) continue;
      add(fileBlob(join(folder, path), { digest, size, shown: `${id}/${path}`, compress: false }));
    }
    entries.push(portableEntry(entry, name));
  }
  return entries;
}

/** The files that the nodes of a plan read, each once; their paths must be such as any system can write. */
async function dataFiles(resolver: SourceResolver, plan: Plan): Promise<ResolvedFile[]> {
  const found = new Map<string, ResolvedFile>();
  for (const source of [...plannedNodes(plan.nodes)].flatMap(({ sources }) => sources)) {
    if (source.kind !== 'files') continue;
    for (const file of await resolver.files(source.patterns)) found.set(file.path, file);
  }
  for (const path of found.keys()) {
    requireVisible(path);
    requirePortablePath(path);
  }
  return [...found.values()];
}

const nodesOf = (plan: Plan): string[] => plan.nodes.map(({ id }) => id);

async function eventsOf(runs: RunStore, runId: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for (;;) {
    const page = await runs.events(runId, events.at(-1)?.seq ?? 0, 1000);
    if (page.length === 0) return events;
    events.push(...page);
  }
}

const lines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

function textBlob(text: string): PackagedBlob {
  const bytes = Buffer.from(text);
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
