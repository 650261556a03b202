import type { FileSourceResolver, ResolvedSources } from '@graft/engine';
import {
  isLocked,
  parseGraph,
  resolveGraph,
  sameJson,
  serializeGraph,
  type Graph,
  type Lock,
  type ModelLookup,
  type Plan,
  type Problem,
} from '@graft/graph';
import type { GraphFiles } from './graph-files.ts';
import type { GraphPlanner } from './graph-planner.ts';
import {
  currentLock,
  driftProblems,
  lockDrift,
  namedSources,
  resolvedFiles,
  unlockedProblems,
  updatedLock,
  type Drift,
  type LockRules,
} from './graph-lock.ts';

/** Bytes that a save may hash: what is not remembered beyond that keeps it from being quick, and is left to the next. */
const hashedOnSave = 32 * 1024 * 1024;

export interface GraphLocksParts {
  readonly models: ModelLookup;
  readonly files: FileSourceResolver;
  readonly graphs: GraphFiles;
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

  /** The lock with everything as it is now, models too. Hashes what is not remembered. */
  async taken(graph: Graph, file: string): Promise<Lock> {
    const { models, files } = this.#parts;
    const { sources, partial } = await this.#sources(graph, file);
    const look = (pattern: string) => files.files([pattern]);
    const now = await currentLock(sources, { models, files: look });
    return updatedLock({ written: graph.lock, now, sources, partial, takeModels: true });
  }

  /**
   * The text of a graph as it is saved: with new sources and the files' present digests in its lock. Models that
   * have other bytes stay locked as they are, so that a save never hides it. Text that is no graph, or whose lock
   * is right, comes back as it is; nothing here keeps a save from being done.
   */
  async saved(text: string, file: string): Promise<string> {
    try {
      const graph = parseGraph(text, file);
      const { models, files } = this.#parts;
      const { sources, partial } = await this.#sources(graph, file);
      const budget = { bytes: hashedOnSave };
      const look = (pattern: string) => files.remembered([pattern], budget);
      const now = await currentLock(sources, { models, files: look });
      const lock = updatedLock({ written: graph.lock, now, sources, partial, takeModels: false });
      return sameJson(lock, graph.lock) ? text : serializeGraph({ ...graph, lock });
    } catch {
      // No graph, or it uses one that cannot be read: what is on the screen is saved all the same.
      return text;
    }
  }

  /** Compares the sources of a plan with its graph's lock. Looks at nothing where there is none. */
  async check(
    { lock }: Graph,
    plan: Plan,
    options: LockRules & { readonly resolved: ResolvedSources },
  ): Promise<LockCheck> {
    const sources = namedSources(plan.nodes);
    const unlocked = unlockedProblems(sources, lock, options);
    if (!isLocked(lock)) return { drift: [], problems: unlocked };
    const drift = lockDrift(sources, lock, await this.#current(plan, options.resolved));
    return { drift, problems: [...driftProblems(drift, options), ...unlocked] };
  }

  /**
   * After a run that succeeded: locks its file to what the run was made of, where the file is still that revision,
   * has no lock, and is written as Graft writes, so that nothing else in it changes. Where a source has changed since
   * the run began, nobody knows which bytes are in it, and nothing is locked.
   */
  async lockAfterRun(
    plan: Plan,
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
      const lock = await this.#current(plan, resolved);
      const after = await this.#current(plan, { sources: new Map(), problems: [] });
      if (!sameJson(lock.files, after.files)) return;
      // Refused where the file has another revision by now.
      if (isLocked(lock)) await graphs.save(file, serializeGraph({ ...graph, lock }), revision);
    } catch {
      // Somebody saved, moved or deleted it meanwhile, or it is read-only: the run is none the worse.
    }
  }

  #current(plan: Plan, { sources }: ResolvedSources): Promise<Lock> {
    const { models, files } = this.#parts;
    const known = resolvedFiles(plan.nodes, sources);
    return currentLock(namedSources(plan.nodes), {
      models,
      files: async (pattern) => known.get(pattern) ?? files.files([pattern]),
    });
  }

  /** Also of a graph with problems: those of its sound nodes. */
  async #sources(graph: Graph, file: string) {
    const { models } = this.#parts;
    const { registry, graphs } = await this.#planner.read(graph, file);
    const { nodes, problems } = resolveGraph(graph, { registry, graphs, models, file });
    return { sources: namedSources(nodes), partial: problems.length > 0 };
  }
}
