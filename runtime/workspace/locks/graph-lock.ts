import { orNone } from '@graft/engine';
import {
  canonicalEncode,
  GraphError,
  noLock,
  sha256,
  type Digest,
  type Graph,
  type GraphReferences,
  type Lock,
  type LockEntry,
  type LockKind,
  type ModelLookup,
  type PlannedNode,
  type Problem,
  type ResolvedFile,
  type ResolvedSource,
  plannedNodes,
} from '@graft/graph';

/** A source as a graph names it: a model by id, one path or pattern of files, or a graph file that it uses. */
export interface NamedSource {
  readonly kind: LockKind;
  readonly name: string;
  /** Ids of the nodes that use it. */
  readonly nodes: readonly string[];
  /** Of files that may be missing: they are locked to be. */
  readonly optional?: boolean;
}

/** A source that holds something else than the lock of its graph says. */
export interface Drift extends NamedSource {
  readonly locked: string;
  /** Absent: a graph file that is not to be had any more. */
  readonly now?: string;
  /** For people: one sentence. */
  readonly message: string;
  /** Of a graph whose locked version is here, so that it can be kept: a line for each difference. */
  readonly changes?: readonly string[];
}

/** Tells what sources hold now; undefined where it is not known. */
export interface SourceDigests {
  readonly models: ModelLookup;
  readonly files: (pattern: string) => Promise<readonly ResolvedFile[] | undefined>;
  readonly graphs: GraphReferences;
  /** As `meaningDigest`. */
  readonly meaning: (graph: Graph) => Promise<Digest>;
}

/** The graph files that a graph uses. */
export function referenceSources(references: GraphReferences): NamedSource[] {
  return [...references].map(([name, { nodes }]) => ({ kind: 'graphs', name, nodes }));
}

/** Every model and source of files of some nodes, and of what is within loops, once. */
export function namedSources(nodes: readonly PlannedNode[]): NamedSource[] {
  const found = new Map<string, NamedSource & { readonly nodes: string[] }>();
  for (const { id, sources } of plannedNodes(nodes)) {
    for (const source of sources) {
      // What is outside of Graft holds nothing still that a lock could name.
      if (source.kind === 'clock' || source.kind === 'database') continue;
      const kind = source.kind === 'model' ? 'models' : 'files';
      for (const name of source.kind === 'model' ? [source.id] : source.patterns) {
        const key = `${kind} ${name}`;
        const optional = source.kind === 'files' && source.optional === true;
        const known = found.get(key) ?? {
          kind,
          name,
          nodes: [],
          ...(optional ? { optional } : {}),
        };
        if (!known.nodes.includes(id)) known.nodes.push(id);
        found.set(key, known);
      }
    }
  }
  return [...found.values()];
}

/** One entry a source, as they are now. What cannot be told is left out. */
export async function currentLock(
  sources: readonly NamedSource[],
  digests: SourceDigests,
): Promise<Lock> {
  const entries: Record<LockKind, [string, LockEntry][]> = { models: [], files: [], graphs: [] };
  for (const source of sources) {
    const { kind, name } = source;
    const entry =
      kind === 'models'
        ? modelEntry(name, digests.models)
        : kind === 'files'
          ? await filesEntry(source, digests.files)
          : await graphEntry(digests.graphs.get(name)?.graph, digests.meaning);
    if (entry !== undefined) entries[kind].push([name, entry]);
  }
  return {
    models: Object.fromEntries(entries.models),
    files: Object.fromEntries(entries.files),
    graphs: Object.fromEntries(entries.graphs),
  };
}

/** By what it means: neither its places nor its own lock make it another. */
async function graphEntry(
  graph: Graph | undefined,
  meaning: SourceDigests['meaning'],
): Promise<LockEntry | undefined> {
  return graph === undefined ? undefined : { digest: await meaning(graph) };
}

/** A model whose digest is not known before its first download has no entry until then. */
function modelEntry(id: string, models: ModelLookup): LockEntry | undefined {
  const facts = models(id);
  if (facts === undefined || facts.unpinned === true) return undefined;
  const { digest, size, source } = facts;
  return { digest, size, ...(source === undefined ? {} : { source }) };
}

async function filesEntry(
  source: NamedSource,
  look: SourceDigests['files'],
): Promise<LockEntry | undefined> {
  const pattern = source.name;
  const files = await orNone(look(pattern), source).catch(() => undefined);
  if (files === undefined) return undefined;
  return {
    digest: filesDigest(pattern, files),
    size: files.reduce((sum, { size }) => sum + size, 0),
  };
}

/** Of a file its own; of a folder or pattern that of all paths and digests. */
function filesDigest(pattern: string, files: readonly ResolvedFile[]): string {
  const [only] = files;
  if (only !== undefined && files.length === 1 && only.path === pattern) return only.digest;
  return sha256(canonicalEncode(files.map(({ path, digest }) => [path, digest])));
}

/** The files that a resolution found already, by pattern: those of nodes with one pattern only. */
export function resolvedFiles(
  nodes: readonly PlannedNode[],
  resolved: ReadonlyMap<string, readonly ResolvedSource[]>,
): ReadonlyMap<string, readonly ResolvedFile[]> {
  const files = new Map<string, readonly ResolvedFile[]>();
  for (const { id, sources } of plannedNodes(nodes)) {
    for (const source of sources) {
      const [pattern, ...others] = source.kind === 'files' ? source.patterns : [];
      // A parameter may name several: what SQLite keeps beside a database is read with it.
      const named = sources.filter(({ param }) => param === source.param);
      const given = (resolved.get(id) ?? []).filter(({ param }) => param === source.param);
      const found = given.length === named.length ? given[named.indexOf(source)] : undefined;
      if (pattern === undefined || others.length > 0 || found?.kind !== 'files') continue;
      files.set(pattern, found.files);
    }
  }
  return files;
}

/** What a new lock is made from. */
export interface LockUpdate {
  /** As the file holds it. */
  readonly written: Lock;
  readonly now: Lock;
  /** What the graph names. */
  readonly sources: readonly NamedSource[];
  /** Whether there may be sources beside these: of nodes with problems. Their entries stay. */
  readonly partial: boolean;
  /** Models and graphs too that are others than were locked; else those stay locked as they are. */
  readonly takeAll: boolean;
}

/**
 * The lock with what its sources hold now. An entry whose digest still holds stays as it is written, and so does one
 * of a source that nothing is known of, such as a file that is missing here. Sources that the graph no longer names go.
 */
export function updatedLock(update: LockUpdate): Lock {
  const { written, now, sources, partial } = update;
  const updated = (kind: LockKind): Lock[typeof kind] => {
    const before = new Map(Object.entries(written[kind]));
    const current = new Map(Object.entries(now[kind]));
    const names = sources.filter((source) => source.kind === kind).map(({ name }) => name);
    const entries = new Map(partial ? before : []);
    for (const name of names) {
      const [old, found] = [before.get(name), current.get(name)];
      const differs = found !== undefined && found.digest !== old?.digest;
      const takes = old === undefined || kind === 'files' || update.takeAll;
      const entry = differs && takes ? found : old;
      if (entry !== undefined) entries.set(name, entry);
    }
    return Object.fromEntries(entries);
  };
  return {
    ...written,
    models: updated('models'),
    files: updated('files'),
    graphs: updated('graphs'),
  };
}

/** What has changed since it was locked. What the lock does not name has not. */
export function lockDrift(sources: readonly NamedSource[], locked: Lock, now: Lock): Drift[] {
  return sources.flatMap((source): Drift[] => {
    const was = ownDigest(locked, source);
    const found = ownDigest(now, source);
    if (was === undefined || was === found) return [];
    const { kind, name } = source;
    if (found === undefined) {
      if (kind !== 'graphs') return [];
      const message = `The graph "${name}" in the lock is missing.`;
      return [{ ...source, locked: was, message }];
    }
    const message =
      kind === 'graphs'
        ? `The graph "${name}" has changed since it was locked.`
        : `${kind === 'models' ? `The model "${name}" has` : `"${name}" has`} changed since it was locked: its digest is ${found.slice(0, 12)} instead of ${was.slice(0, 12)}.`;
    return [{ ...source, locked: was, now: found, message }];
  });
}

function ownDigest(lock: Lock, { kind, name }: NamedSource): string | undefined {
  return Object.hasOwn(lock[kind], name) ? lock[kind][name]?.digest : undefined;
}

/** How strictly a lock is kept to. */
export interface LockRules {
  readonly file: string;
  /** The lock is to be kept to in all: files too, and nothing may be without an entry. */
  readonly locked: boolean;
}

/** Drift that a run is refused for. */
export function driftProblems(drift: readonly Drift[], { file, locked }: LockRules): Problem[] {
  return drift
    .filter(({ kind }) => kind === 'models' || locked)
    .map(({ message, kind, nodes }) => {
      // As it stands in the file: a node that runs may be of a graph that one uses.
      const node = nodes[0]?.split('/')[0];
      return lockProblem(
        `${message} Accept the change with \`graft lock ${file}\`, or restore the locked version.`,
        { file, ...(kind === 'models' && node !== undefined ? { node } : {}) },
      );
    });
}

/** Sources without an entry, where the lock is to be kept to. */
export function unlockedProblems(
  sources: readonly NamedSource[],
  lock: Lock,
  { file, locked }: LockRules,
): Problem[] {
  if (!locked) return [];
  return sources
    .filter((source) => ownDigest(lock, source) === undefined)
    .map(({ kind, name }) =>
      lockProblem(
        `${shownSource[kind](name)} is not in the graph's lock. Add it with \`graft lock ${file}\`, or run without --locked.`,
        { file },
      ),
    );
}

const shownSource: Readonly<Record<LockKind, (name: string) => string>> = {
  models: (name) => `The model "${name}"`,
  files: (name) => `"${name}"`,
  graphs: (name) => `The graph "${name}"`,
};

function lockProblem(message: string, location: Problem['location']): Problem {
  return { code: 'lock-differs', message, location, audience: 'user' };
}

/** Throws `lock-differs` for a model that has other bytes than it was locked to. */
export function requireLocked(lock: Lock, sources: readonly ResolvedSource[], file: string): void {
  const named = sources.flatMap((source): NamedSource[] =>
    source.kind === 'model' ? [{ kind: 'models', name: source.id, nodes: [] }] : [],
  );
  const digests = sources.flatMap((source): [string, LockEntry][] =>
    source.kind === 'model' ? [[source.id, { digest: source.digest }]] : [],
  );
  const drift = lockDrift(named, lock, { ...noLock, models: Object.fromEntries(digests) });
  throwProblems(driftProblems(drift, { file, locked: false }));
}

/** Throws the first of the problems, with all of them. */
export function throwProblems(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first !== undefined) throw new GraphError(first.code, first.message, { ...first, problems });
}
