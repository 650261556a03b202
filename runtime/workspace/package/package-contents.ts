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
  /** What its latest run gave, and what its experiments did. */
  readonly artifacts?: boolean;
  readonly models?: boolean;
}

/** What a package of a graph would hold, with sizes in bytes: to choose by. */
export interface PackageContents {
  readonly graph: string;
  readonly graphs: Sized;
  readonly data: Sized;
  /** Absent where no run of this graph has succeeded, nor a variant of an experiment. */
  readonly artifacts?: Sized & {
    /** Absent where only experiments have run. */
    readonly runId?: string;
    /** Names of the experiments whose results are among them. */
    readonly experiments: readonly string[];
    /** Nodes of whose results some are gone, since the cache was made smaller. */
    readonly missing: readonly string[];
  };
  readonly models: readonly { readonly id: string; readonly size: number }[];
}
interface Sized {
  readonly count: number;
  readonly size: number;
}

/** The runs whose results go into a package. */
export interface PackagedRuns {
  /** The run of the file; absent where only experiments have run. */
  readonly run?: RunRecord;
  /** Names of experiments, of whose variants the results are packed. */
  readonly experiments: readonly string[];
  /** The steps of all of them. */
  readonly steps: readonly StepSummary[];
}

/** What a graph has, by name. */
interface RunsWanted {
  readonly nodes: readonly string[];
  readonly experiments: readonly string[];
}

/** Variants of an experiment whose results are looked for. */
const mostVariants = 10_000;

/**
 * The runs whose results are packed. First the newest run of the file as saved that succeeded and has a step for each of
 * `nodes`; where there is none, the newest that succeeded. Runs with settings or inputs of their own are none: elsewhere
 * their results would be taken for the file's. Then the variants of the newest run of each of `experiments`, those that the
 * graph still has: their cache records answer for the same variants only. Undefined where nothing has succeeded.
 */
export async function runsToPack(
  runs: RunStore,
  file: string,
  { nodes, experiments: named }: RunsWanted,
): Promise<PackagedRuns | undefined> {
  const own = await runOfFile(runs, file, nodes);
  const listed = await runs.list({ file, parent: null, kind: 'experiment', limit: 100 });
  const experiments = new Map<string, readonly StepSummary[]>();
  for (const { id, experiment, status } of listed) {
    const isOver = status !== 'running' && status !== 'queued';
    if (experiment === undefined || !isOver || experiments.has(experiment)) continue;
    if (!named.includes(experiment)) continue;
    const variants = await runs.list({ parent: id, limit: mostVariants });
    const succeeded = variants.filter((variant) => variant.status === 'succeeded');
    const steps = await Promise.all(succeeded.map((variant) => runs.steps(variant.id)));
    if (steps.length > 0) experiments.set(experiment, steps.flat());
  }
  if (own === undefined && experiments.size === 0) return undefined;
  return {
    ...(own === undefined ? {} : { run: own.run }),
    experiments: [...experiments.keys()],
    steps: [...(own?.steps ?? []), ...[...experiments.values()].flat()],
  };
}

async function runOfFile(
  runs: RunStore,
  file: string,
  nodes: readonly string[],
): Promise<{ readonly run: RunRecord; readonly steps: readonly StepSummary[] } | undefined> {
  let newest: { readonly run: RunRecord; readonly steps: readonly StepSummary[] } | undefined;
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
      const sources = file.sources.filter((source) => !/^(converted:)?file:/.test(source));
      return { ...file, sources: sources.length > 0 ? sources : [`package:${packageName}`] };
    }),
  };
}
