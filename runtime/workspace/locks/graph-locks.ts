import type { FileSourceResolver, ResolvedSources } from '@graft/engine';
import {
  GraphError,
  graphReferences,
  isLocked,
  noLock,
  parseGraph,
  resolveGraph,
  sameJson,
  serializeGraph,
  sourceVariants,
  type Graph,
  type GraphReferences,
  type Lock,
  type ModelLookup,
  type Plan,
  type Problem,
} from '@graft/graph';
import { isSystemError } from '@graft/kit';
import { changedReferences, withChanges } from './changed-references.ts';
import type { GraphFiles } from '../files/graph-files.ts';
import type { GraphPlanner } from '../runs/graph-planner.ts';
import type { KeptGraphs } from './kept-graphs.ts';
import {
  currentLock,
  driftProblems,
  lockDrift,
  namedSources,
  referenceSources,
  resolvedFiles,
  unlockedProblems,
  updatedLock,
  type Drift,
  type LockRules,
  type NamedSource,
  type SourceDigests,
} from './graph-lock.ts';

/** Bytes that a save may hash: what is not remembered beyond that keeps it from being quick, and is left to the next. */
const hashedOnSave = 32 * 1024 * 1024;

export interface GraphLocksParts {
  readonly models: ModelLookup;
  readonly files: FileSourceResolver;
  readonly graphs: GraphFiles;
  readonly kept: KeptGraphs;
}

/** What a plan was made of. */
export interface LockedPlan {
  readonly plan: Plan;
  readonly references: GraphReferences;
}

/** What a lock has entries of. */
interface LockSources {
  readonly sources: readonly NamedSource[];
  /** Whether there may be others beside these. */
  readonly partial: boolean;
  readonly references: GraphReferences;
}

/** How the sources of a plan stand to its graph's lock. */
export interface LockCheck {
  readonly drift: readonly Drift[];
  /** What a run is refused for. */
  readonly problems: readonly Problem[];
}

/** Writes the locks of graph files, and compares with them. */
export class GraphLocks {
  readonly #parts: GraphLocksParts;

  readonly #planner: GraphPlanner;

  constructor(parts: GraphLocksParts, planner: GraphPlanner) {
    this.#parts = parts;
    this.#planner = planner;
  }

  /** The lock with everything as it is now, models and graphs too. Hashes what is not remembered. */
  async taken(graph: Graph, file: string): Promise<Lock> {
    const { sources, partial, references } = await this.#sources(graph, file);
    const look = (pattern: string) => this.#parts.files.files([pattern]);
    const now = await this.#lock(sources, { files: look, graphs: references });
    const lock = updatedLock({ written: graph.lock, now, sources, partial, takeAll: true });
    await this.#keep(lock, now, references);
    return lock;
  }

  /**
   * The text of a graph as it is saved: with new sources and the files' present digests in its lock. Models and graphs
   * that are others by now stay locked as they are, so that a save never hides it. Text that is no graph, or whose lock
   * is right, comes back as it is; nothing here keeps a save from being done.
   */
  async saved(text: string, file: string): Promise<string> {
    try {
      const graph = parseGraph(text, file);
      const found = await this.#sources(graph, file);
      const { sources, partial, references } = found;
      const now = await this.#quick(found);
      const lock = updatedLock({ written: graph.lock, now, sources, partial, takeAll: false });
      await this.#keep(lock, now, references);
      return sameJson(lock, graph.lock) ? text : serializeGraph({ ...graph, lock });
    } catch (error) {
      // No graph, or it uses one that cannot be read: what is on the screen is saved all the same.
      tellDefect(error, file);
      return text;
    }
  }

  /** Compares the sources of a plan with its graph's lock. Looks at nothing where there is none. */
  async check(
    { lock }: Graph,
    planned: LockedPlan,
    options: LockRules & { readonly resolved: ResolvedSources },
  ): Promise<LockCheck> {
    const sources = sourcesOf(planned);
    const unlocked = unlockedProblems(sources, lock, options);
    if (!isLocked(lock)) return { drift: [], problems: unlocked };
    const now = await this.#current(planned, options.resolved);
    await this.#keep(lock, now, planned.references);
    const found = lockDrift(sources, lock, now);
    const drift = await withChanges(this.#parts.kept, found, planned.references);
    return { drift, problems: [...driftProblems(drift, options), ...unlocked] };
  }

  /** The graph files that have changed since a graph was locked to them: also of one that cannot be planned. */
  changedReferences(graph: Graph, references: GraphReferences): Promise<readonly Drift[]> {
    return changedReferences(this.#parts.kept, graph, references);
  }

  /**
   * After a run that succeeded: locks its file to what the run was made of, and to what variants of its experiments read
   * beside that as far as it is soon known, where the file is still that revision, has no lock, and is written as Graft writes, so that nothing else in it changes. Where a source has changed since
   * the run began, nobody knows which bytes are in it, and nothing is locked.
   */
  async lockAfterRun(
    planned: LockedPlan,
    options: {
      readonly file: string;
      readonly revision: string;
      readonly resolved: ResolvedSources;
    },
  ): Promise<void> {
    const { graphs } = this.#parts;
    const { file, revision, resolved } = options;
    try {
      const found = await graphs.read(file);
      const graph = parseGraph(found.text, file);
      if (isLocked(graph.lock) || serializeGraph(graph) !== found.text) return;
      const ran = await this.#current(planned, resolved);
      const after = await this.#current(planned, { sources: new Map(), problems: [] });
      if (!sameJson(ran.files, after.files)) return;
      const all = graph.experiments === undefined ? undefined : await this.#sources(graph, file);
      const quick = all === undefined ? noLock : await this.#quick(all);
      const lock: Lock = {
        models: { ...quick.models, ...ran.models },
        files: { ...quick.files, ...ran.files },
        graphs: { ...quick.graphs, ...ran.graphs },
      };
      // Refused where the file has another revision by now.
      if (!isLocked(lock)) return;
      await graphs.save(file, serializeGraph({ ...graph, lock }), revision);
      const references = new Map([...(all?.references ?? []), ...planned.references]);
      await this.#keep(lock, lock, references);
    } catch (error) {
      // Somebody saved, moved or deleted it meanwhile, or it is read-only: the run is none the worse.
      tellDefect(error, file);
    }
  }

  async #current(planned: LockedPlan, { sources: resolved }: ResolvedSources): Promise<Lock> {
    const { files } = this.#parts;
    const known = resolvedFiles(planned.plan.nodes, resolved);
    return this.#lock(sourcesOf(planned), {
      files: async (pattern) => known.get(pattern) ?? files.files([pattern]),
      graphs: planned.references,
    });
  }

  #lock(
    sources: readonly NamedSource[],
    found: Pick<SourceDigests, 'files' | 'graphs'>,
  ): Promise<Lock> {
    const { models, kept } = this.#parts;
    return currentLock(sources, { ...found, models, meaning: (graph) => kept.meanings.of(graph) });
  }

  /** What sources hold now, as far as it takes no more than a moment. */
  #quick({ sources, references }: LockSources): Promise<Lock> {
    const { files } = this.#parts;
    const budget = { bytes: hashedOnSave };
    const look = (pattern: string) => files.remembered([pattern], budget);
    return this.#lock(sources, { files: look, graphs: references });
  }

  /** Also those of variants of its experiments; of a graph with problems those of its sound nodes. */
  async #sources(graph: Graph, file: string): Promise<LockSources> {
    const { models } = this.#parts;
    const read = await this.#planner.read(graph, file);
    const variants = sourceVariants(graph, read.registry);
    const all = [graph, ...variants.graphs];
    const resolved = all.map((one) => resolveGraph(one, { ...read, models }));
    const references = new Map(all.flatMap((one) => [...graphReferences(one, read)]).toReversed());
    const named = namedSources(resolved.flatMap(({ nodes }) => nodes));
    return {
      sources: [...named, ...referenceSources(references)],
      partial: variants.partial || resolved.some(({ problems }) => problems.length > 0),
      references,
    };
  }

  /** Keeps the graphs that a lock names and that are here as it says. That this may fail is no matter of a save or a run. */
  async #keep(lock: Lock, now: Lock, references: GraphReferences): Promise<void> {
    for (const [path, { digest }] of Object.entries(now.graphs)) {
      const graph = references.get(path)?.graph;
      if (graph === undefined || lock.graphs[path]?.digest !== digest) continue;
      await this.#parts.kept.keep(digest, graph).catch(() => undefined);
    }
  }
}

/** A defect that keeps locks from being written keeps no save from being done; yet it is not to go unseen. */
function tellDefect(error: unknown, file: string): void {
  const isExpected = error instanceof GraphError ? error.code !== 'internal' : isSystemError(error);
  if (isExpected) return;
  const { message } = GraphError.from(error);
  process.emitWarning(`A bug in Graft: the lock of ${file} was not written: ${message}`);
}

const sourcesOf = ({ plan, references }: LockedPlan): NamedSource[] => [
  ...namedSources(plan.nodes),
  ...referenceSources(references),
];
