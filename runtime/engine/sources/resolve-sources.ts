import {
  authoredLocation,
  GraphError,
  missingModel,
  plannedNodes,
  type ModelLookup,
  type Plan,
  type PlannedNode,
  type Problem,
  type ResolvedFile,
  type ResolvedSource,
  type Source,
  type SourceResolver,
} from '@graft/graph';

/** The sources of each node that has any, within loops by paths without rounds, and the problems of the others. */
export interface ResolvedSources {
  readonly sources: ReadonlyMap<string, readonly ResolvedSource[]>;
  readonly problems: readonly Problem[];
}

export interface Resolvers {
  readonly files: SourceResolver;
  readonly models: ModelLookup;
  /** The graph file, for locations. */
  readonly file: string;
  /** Hashes every file, even if its digest is remembered. */
  readonly anew?: boolean;
}

/** Resolves the sources that a plan's nodes declare. Problems are located at node and parameter. */
export async function resolveSources(plan: Plan, resolvers: Resolvers): Promise<ResolvedSources> {
  const sources = new Map<string, ResolvedSource[]>();
  const problems: Problem[] = [];
  // Loaders with the same patterns share one walk of the workspace.
  const walks = new Map<string, Promise<ResolvedFile[]>>();
  const walk = (patterns: readonly string[]): Promise<ResolvedFile[]> => {
    const key = JSON.stringify(patterns);
    const { files, anew = false } = resolvers;
    const known = walks.get(key) ?? files.files(patterns, { anew }).then(withoutPlaces);
    walks.set(key, known);
    return known;
  };
  const resolve = async (source: Source): Promise<ResolvedSource> => {
    const { param } = source;
    if (source.kind === 'files') {
      return { kind: 'files', param, files: await orNone(walk(source.patterns), source) };
    }
    if (source.kind === 'clock') return { kind: 'clock', param, since: periodOf(source) };
    if (source.kind === 'database') {
      const { database = noDatabase } = resolvers.files;
      return { kind: 'database', param, identity: await database(source.secret) };
    }
    const facts = resolvers.models(source.id);
    if (facts === undefined) throw new GraphError('bad-model', missingModel(source.id));
    const { id, digest } = facts;
    const isEncoder = facts.kind !== 'language-model';
    return {
      ...{ kind: 'model', param, id, digest },
      ...(isEncoder && facts.format === 'gguf' ? { engine: 'llama.cpp' } : {}),
    };
  };
  for (const node of plannedNodes(plan.nodes)) {
    for (const source of node.sources) {
      try {
        const known = sources.get(node.id) ?? [];
        sources.set(node.id, [...known, await resolve(source)]);
      } catch (error) {
        const location = { ...authoredLocation(node, resolvers.file), param: source.param };
        problems.push(GraphError.from(error, location).toProblem());
      }
    }
  }
  return { sources, problems };
}

/** Sources go into requests, which hold no path of this machine. */
const withoutPlaces = (files: readonly ResolvedFile[]): ResolvedFile[] =>
  files.map(({ path, digest, size }) => ({ path, digest, size }));

function noDatabase(): Promise<never> {
  const message = 'This Graft cannot query databases.';
  return Promise.reject(new GraphError('unavailable', message, { audience: 'operator' }));
}

/** When the current period began. Periods count from 1970, so that they are the same for everybody. */
function periodOf({ hours }: Extract<Source, { kind: 'clock' }>): string {
  const length = hours * 3_600_000;
  return new Date(Math.floor(Date.now() / length) * length).toISOString();
}

/** What a source resolves to; nothing if an optional source is missing. */
export async function orNone<Files>(
  files: Promise<Files>,
  { optional = false }: { readonly optional?: boolean },
): Promise<Files | readonly []> {
  try {
    return await files;
  } catch (error) {
    if (!optional || GraphError.from(error).code !== 'missing-file') throw error;
    return [];
  }
}

/** The current sources of one node; hashes every file again. Throws the problem of a source. */
export async function renewedSources(
  node: PlannedNode,
  resolvers: Resolvers,
): Promise<readonly ResolvedSource[]> {
  const plan = { nodes: [node] };
  const { sources, problems } = await resolveSources(plan, { ...resolvers, anew: true });
  const [problem] = problems;
  if (problem !== undefined) throw GraphError.fromProblem(problem);
  return sources.get(node.id) ?? [];
}
