import { resolveSources, type GivenInputs } from '@graft/engine';
import {
  GraphError,
  graphReferences,
  planGraph,
  plannedNodes,
  resolveGraph,
  type ArtifactStore,
  type Graph,
  type GraphInterface,
  type GraphReferences,
  type ModelLookup,
  type Plan,
  type Problem,
  type Registry,
  type Source,
  type SourceResolver,
  type TableHead,
} from '@graft/graph';
import { givenNames, interfaceOf, outputNodes, storeInputs, type ReadGraph } from './run-inputs.ts';
import { readUsedGraphs, type GraphReader, type ParsedGraphs } from '../locks/used-graphs.ts';
import type { StartOptions } from './run-handle.ts';

type PlanChoices = Pick<StartOptions, 'only' | 'seed' | 'part' | 'inputs' | 'outputs'>;

export interface PlannedRun {
  readonly plan: Plan;
  readonly given: GivenInputs;
  /** The graph files in it, as they were read. */
  readonly references: GraphReferences;
}

/** What plans are made against; artifacts take what a run is given. */
export interface PlanAgainst {
  readonly registry: Registry;
  readonly models: ModelLookup;
  readonly artifacts: ArtifactStore;
}

interface Refused {
  readonly graph: Graph;
  readonly file: string;
  /** What planning threw. */
  readonly error: unknown;
  readonly whole: boolean;
}

/** Plans graphs with the files that they use and what they are given. */
export class GraphPlanner {
  readonly #against: PlanAgainst;
  readonly #files: GraphReader;
  readonly #parsed: ParsedGraphs = new Map();

  constructor(against: PlanAgainst, files: GraphReader) {
    this.#against = against;
    this.#files = files;
  }

  /** A graph with the files that it uses. */
  async read(graph: Graph, file: string, files = this.#files): Promise<ReadGraph> {
    // Only the workspace's files are looked up again and again.
    const parsed: ParsedGraphs = files === this.#files ? this.#parsed : new Map();
    const graphs = await readUsedGraphs(graph, files, parsed);
    return { graph, file, registry: this.#against.registry, graphs };
  }

  /** The graph files that a graph uses, as they are. */
  async references(graph: Graph, file: string): Promise<GraphReferences> {
    return graphReferences(graph, await this.read(graph, file));
  }

  /**
   * What is wrong with a graph that cannot be planned, and with the sources of those nodes that could be: all of it is
   * to be mended at once. Of a part of the graph (`whole` is false) only the former.
   */
  async problems(
    { graph, file, error, whole }: Refused,
    files: SourceResolver,
  ): Promise<readonly Problem[]> {
    const { problems } = GraphError.from(error, { file });
    if (!whole) return problems;
    const { registry, models } = this.#against;
    // A file that it uses and that cannot be read is among the problems.
    const read = await this.read(graph, file).catch(() => undefined);
    if (read === undefined) return problems;
    const { nodes } = resolveGraph(graph, { registry, models, file, graphs: read.graphs });
    const sources = await resolveSources({ nodes }, { files, models, file });
    // A model that nobody has is said by the plan already.
    return [...problems, ...sources.problems.filter(({ code }) => code !== 'bad-model')];
  }

  /**
   * What is worth a look in a graph, sound or not, by the first rows of the tables that it names: `read` gives those of
   * some patterns.
   */
  async warnings(
    graph: Graph,
    file: string,
    read: (patterns: readonly string[]) => Promise<readonly TableHead[] | undefined>,
  ): Promise<readonly Problem[]> {
    const { registry, models } = this.#against;
    const used = await this.read(graph, file).catch(() => undefined);
    if (used === undefined) return [];
    const context = { registry, models, file, graphs: used.graphs };
    const { nodes, warnings } = resolveGraph(graph, context);
    const heads = new Map<string, readonly TableHead[] | undefined>();
    for (const source of [...plannedNodes(nodes)].flatMap((node) => node.sources)) {
      if (source.kind !== 'files' || source.tables === undefined) continue;
      const key = JSON.stringify(source.patterns);
      if (!heads.has(key)) heads.set(key, await read(source.patterns));
    }
    if (heads.size === 0) return warnings;
    const tables = (patterns: readonly string[]) => heads.get(JSON.stringify(patterns));
    return resolveGraph(graph, { ...context, tables }).warnings;
  }

  /** Patterns of the files that a graph reads, sound or not, those of the graphs that it uses included. */
  async filePatterns(graph: Graph, file: string): Promise<readonly string[]> {
    const sources = await this.#sources(graph, file);
    const patterns = sources.flatMap((one) => (one.kind === 'files' ? one.patterns : []));
    return [...new Set(patterns)].sort();
  }

  /** Ids of the models that a graph names and nobody here knows, sound or not, those of the graphs that it uses included. */
  async missingModels(graph: Graph, file: string): Promise<readonly string[]> {
    const sources = await this.#sources(graph, file);
    const named = sources.flatMap((one) => (one.kind === 'model' ? one.id : []));
    return [...new Set(named)].filter((id) => this.#against.models(id) === undefined).sort();
  }

  async #sources(graph: Graph, file: string): Promise<readonly Source[]> {
    const { registry, models } = this.#against;
    const { graphs } = await this.read(graph, file);
    const { nodes } = resolveGraph(graph, { registry, models, file, graphs });
    return [...plannedNodes(nodes)].flatMap((node) => node.sources);
  }

  /** What a graph takes and gives, and the parameters that it exposes. */
  async interfaceOf(graph: Graph, file: string): Promise<GraphInterface> {
    return interfaceOf(await this.read(graph, file));
  }

  /**
   * Throws the first problem with all of them in `problems`. `assumed`: all that the graph takes counts as given, for a
   * plan that nobody runs. `files`: the graph files that it uses; default: those of the workspace.
   */
  async plan(
    graph: Graph,
    file: string,
    choices: PlanChoices & { readonly assumed?: 'any'; readonly files?: GraphReader } = {},
  ): Promise<PlannedRun> {
    const { only, seed, part, inputs = {}, outputs = [], assumed, files } = choices;
    const { registry, models, artifacts } = this.#against;
    const read = await this.read(graph, file, files);
    const wanted = [only ?? [], outputNodes(read, outputs)].flat();
    const given = await storeInputs(read, inputs, artifacts);
    const plan = planGraph(graph, registry, {
      ...{ models, file, graphs: read.graphs, given: assumed ?? givenNames(read, given) },
      ...(seed === undefined ? {} : { seed }),
      ...(part === undefined ? {} : { part }),
      ...(wanted.length === 0 ? {} : { only: wanted }),
    });
    return { plan, given, references: graphReferences(graph, read) };
  }
}
