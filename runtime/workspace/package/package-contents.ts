import {
  type ActionRecord,
  type ArtifactRef,
  type ArtifactStore,
  type ModelEntry,
  type PlannedNode,
  type RunRecord,
  type RunStore,
  type StepSummary,
  GraphError,
  treeManifestSchema,
  plannedNodes,
} from '@graft/graph';
import { portTypeOf } from '@graft/engine';

/** What goes into a package beside the graph and the graphs that it uses. */
export interface PackChoice {
  /** The files that its nodes read. */
  readonly data?: boolean;
  /** What its latest run gave. */
  readonly artifacts?: boolean;
  readonly models?: boolean;
}

/** What a package of a graph would hold, with sizes in bytes: to choose by. */
export interface PackageContents {
  readonly graph: string;
  readonly graphs: Sized;
  readonly data: Sized;
  /** Absent where no run of this graph has succeeded. */
  readonly artifacts?: Sized & {
    readonly runId: string;
    /** Nodes of whose results some are gone, since the cache was made smaller. */
    readonly missing: readonly string[];
  };
  readonly models: readonly { readonly id: string; readonly size: number }[];
}
interface Sized {
  readonly count: number;
  readonly size: number;
}

/** A run that goes into a package. */
export interface PackagedRun {
  readonly run: RunRecord;
  readonly steps: readonly StepSummary[];
}

/**
 * The run whose results are packed: the newest of the file as saved that succeeded and has a step for each of `nodes`;
 * where there is none, the newest that succeeded. Runs with settings or inputs of their own, and those of experiments,
 * are none: elsewhere their results would be taken for the file's.
 */
export async function runToPack(
  runs: RunStore,
  file: string,
  nodes: readonly string[],
): Promise<PackagedRun | undefined> {
  let newest: PackagedRun | undefined;
  for (const run of await runs.list({ file, parent: null, kind: 'graph', limit: 100 })) {
    if (run.status !== 'succeeded' || run.scope !== undefined) continue;
    const steps = await runs.steps(run.id);
    const found = { run, steps };
    const ran = new Set(steps.map(({ node }) => node));
    if (nodes.every((node) => ran.has(node))) return found;
    newest ??= found;
  }
  return newest;
}

/** What steps gave, as far as it is still in the store. */
export interface PackagedArtifacts {
  /** Digest → bytes; for a tree its manifest and its files. */
  readonly blobs: ReadonlyMap<string, number>;
  /** Nodes of whose outputs some are gone. Sorted. */
  readonly missing: readonly string[];
}

export async function packagedArtifacts(
  artifacts: ArtifactStore,
  steps: readonly StepSummary[],
): Promise<PackagedArtifacts> {
  const blobs = new Map<string, number>();
  const known = new Map<string, ReadonlyMap<string, number> | undefined>();
  const missing = new Set<string>();
  for (const { node, outputs } of steps) {
    for (const ref of Object.values(outputs)) {
      if (!known.has(ref.digest)) known.set(ref.digest, await presentBlobs(artifacts, ref));
      const found = known.get(ref.digest);
      if (found === undefined) missing.add(node);
      for (const [digest, size] of found ?? []) blobs.set(digest, size);
    }
  }
  return { blobs, missing: [...missing].sort() };
}

/** Undefined where any of it is gone. */
async function presentBlobs(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
): Promise<ReadonlyMap<string, number> | undefined> {
  try {
    return await blobsOf(artifacts, ref);
  } catch (error) {
    if (['missing-file', 'store-damaged'].includes(GraphError.from(error).code)) return undefined;
    throw error;
  }
}

async function blobsOf(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
): Promise<ReadonlyMap<string, number> | undefined> {
  if (portTypeOf(ref).encoding !== 'tree') {
    return (await artifacts.has(ref.digest)) ? new Map([[ref.digest, ref.size]]) : undefined;
  }
  const bytes: Uint8Array[] = [];
  for await (const chunk of artifacts.get(ref.digest)) bytes.push(chunk);
  const manifest = Buffer.concat(bytes);
  const { files } = treeManifestSchema.parse(JSON.parse(manifest.toString('utf8')));
  const present = await Promise.all(files.map(({ digest }) => artifacts.has(digest)));
  if (!present.every(Boolean)) return undefined;
  return new Map([
    [ref.digest, manifest.byteLength],
    ...files.map(({ digest, size }): [string, number] => [digest, size]),
  ]);
}

/** The models that nodes name, also within loops, each once, sorted. */
export function modelIds(nodes: readonly PlannedNode[]): string[] {
  const ids = [...plannedNodes(nodes)].flatMap(({ sources }) =>
    sources.flatMap((source) => (source.kind === 'model' ? source.id : [])),
  );
  return [...new Set(ids)].sort();
}

/** The cache records of some steps, of those whose artifacts are packed. */
export function recordsToPack(
  records: Iterable<ActionRecord>,
  blobs: ReadonlyMap<string, number>,
): ActionRecord[] {
  return [...records].filter(({ outputs }) =>
    Object.values(outputs).every(({ digest }) => blobs.has(digest)),
  );
}

/** Without places on the sender's machine: those that have the bytes take them from the package. */
export function portableEntry(entry: ModelEntry, packageName: string): ModelEntry {
  return {
    ...entry,
    files: entry.files.map((file) => {
      const sources = file.sources.filter((source) => !source.startsWith('file:'));
      return { ...file, sources: sources.length > 0 ? sources : [`package:${packageName}`] };
    }),
  };
}
