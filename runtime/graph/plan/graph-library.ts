import type { ModelLookup } from '../rows/model.ts';
import { GraphError, type GraphErrorCode, type Location, type Problem } from '../base/errors.ts';
import { suggestion } from '../base/message-words.ts';
import { own } from '../base/record.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { migrateBody } from '../format/migrate-graph.ts';
import type { GraphInterface, InterfaceLookup } from '../types/graph-interface.ts';
import type { TableLookup } from '../types/facets.ts';
import type { Registry } from '../types/node-type.ts';
import { bodyInterface } from './body-interface.ts';
import { renameUses } from './rename-uses.ts';

/**
 * The graph files that a graph may use, by path below the workspace: an error if a file cannot be read, undefined if it
 * does not exist. The caller has read them beforehand.
 */
export type GraphLookup = (path: string) => Graph | GraphError | undefined;

/** Maximal nesting of graphs: deeper than anybody needs, but safe for every stack. */
export const maxNesting = 100;

/** Limit of running nodes, after used graphs are expanded, and of the parameters that used graphs expose. */
export const maxExpanded = 200_000;

/** A body and where it is written. */
export interface LibraryBody {
  /** Equal for the same body. */
  readonly key: string;
  readonly file: string | undefined;
  /** Id of a subgraph in that file; undefined for the file's own nodes. */
  readonly graph: string | undefined;
  /** Migrated, and renamed to the current port names of the graphs that it uses. */
  readonly body: GraphBody;
  /** Problems of the migration. */
  readonly problems: readonly Problem[];
}

/** Why the graph of a `graph` node is unavailable. */
export interface UseProblem {
  readonly code: GraphErrorCode;
  readonly message: string;
}

export interface LibraryContext {
  readonly registry: Registry;
  readonly graphs?: GraphLookup;
  /** Path of the root's file. */
  readonly file?: string;
}

/** The bodies reachable from a graph; finds, migrates and summarizes each once. */
export class GraphLibrary {
  readonly root: LibraryBody;
  readonly #graph: Graph;
  readonly #context: LibraryContext;
  readonly #bodies = new Map<string, LibraryBody>();
  readonly #interfaces = new Map<string, GraphInterface | undefined>();
  readonly #lookups = new Map<string, InterfaceLookup>();
  /** Interfaces and migrations in progress, nested. */
  #depth = 0;

  constructor(graph: Graph, context: LibraryContext) {
    this.#graph = graph;
    this.#context = context;
    this.root = this.#take({ file: context.file, graph: undefined }, graph);
  }

  /** Resolves `use` as written in `from`. */
  find(use: string, from: Pick<LibraryBody, 'file' | 'graph'>): LibraryBody | UseProblem {
    if (use === '') return { code: 'bad-param', message: 'No graph is chosen. Choose a graph.' };
    const inside = use.startsWith('#');
    const file = inside ? from.file : use;
    const graph = inside ? use.slice(1) : undefined;
    const known = this.#bodies.get(bodyKey({ file, graph }));
    if (known !== undefined) return known;
    const document = this.#document(file);
    if (document === undefined) {
      const message = `There is no graph file ${JSON.stringify(use)} in the workspace. Use a path in the workspace, or "#name" for a subgraph of this file.`;
      return { code: 'missing-file', message };
    }
    if (document instanceof GraphError) {
      return { code: document.code, message: `Graft cannot use "${use}": ${document.message}` };
    }
    if (graph === undefined) return this.#take({ file, graph }, document);
    const body = own(document.graphs ?? {}, graph);
    if (body !== undefined) return this.#take({ file, graph }, body);
    const names = Object.keys(document.graphs ?? {});
    const others = names.length === 0 ? ' The file has no subgraphs.' : suggestion(graph, names);
    return {
      code: 'missing-file',
      message: `There is no subgraph "${graph}" in the file.${others}`,
    };
  }

  /** The subgraphs of the root's file. */
  ownGraphs(): LibraryBody[] {
    return Object.entries(this.#graph.graphs ?? {}).map(([graph, body]) =>
      this.#take({ file: this.#context.file, graph }, body),
    );
  }

  /** Graphs as seen from a body. */
  lookup(from: Pick<LibraryBody, 'key' | 'file' | 'graph'>): InterfaceLookup {
    const known = this.#lookups.get(from.key);
    if (known !== undefined) return known;
    const lookup: InterfaceLookup = (use) => {
      const found = this.find(use, from);
      return 'key' in found ? this.interfaceOf(found) : undefined;
    };
    this.#lookups.set(from.key, lookup);
    return lookup;
  }

  /** Undefined within itself: a recursion. */
  interfaceOf(body: LibraryBody): GraphInterface | undefined {
    if (this.#interfaces.has(body.key)) return this.#interfaces.get(body.key);
    if (this.#depth >= maxNesting) return undefined;
    this.#interfaces.set(body.key, undefined);
    this.#depth += 1;
    const { registry } = this.#context;
    const made = bodyInterface(body.body, { registry, graphs: this.lookup(body) });
    this.#depth -= 1;
    this.#interfaces.set(body.key, made);
    return made;
  }

  #document(file: string | undefined): Graph | GraphError | undefined {
    if (file === this.#context.file) return this.#graph;
    return file === undefined ? undefined : this.#context.graphs?.(file);
  }

  #take(place: Pick<LibraryBody, 'file' | 'graph'>, written: GraphBody): LibraryBody {
    const key = bodyKey(place);
    const known = this.#bodies.get(key);
    if (known !== undefined) return known;
    const { registry } = this.#context;
    const { body, problems } = migrateBody(written, registry);
    const taken = { key, ...place, problems, body };
    this.#bodies.set(key, taken);
    if (this.#depth >= maxNesting) return taken;
    this.#depth += 1;
    const renamed = renameUses(body, { registry, graphs: this.lookup(taken) });
    this.#depth -= 1;
    if (renamed === body) return taken;
    const today = { ...taken, body: renamed };
    this.#bodies.set(key, today);
    return today;
  }
}

function bodyKey({ file = '', graph }: Pick<LibraryBody, 'file' | 'graph'>): string {
  return graph === undefined ? file : `${file}#${graph}`;
}

/** Location of a node of a body, for problems. */
export function placeIn({ file, graph }: Pick<LibraryBody, 'file' | 'graph'>): Location {
  return { ...(file === undefined ? {} : { file }), ...(graph === undefined ? {} : { graph }) };
}

/** Context for reading a graph. */
export interface ResolveContext extends LibraryContext {
  readonly models: ModelLookup;
  /** Tables that nodes name; absent: none has been read. */
  readonly tables?: TableLookup;
  /**
   * Names of the inputs given from outside. Absent: nothing will run, so everything that the graph lacks counts as
   * given.
   */
  readonly given?: ReadonlySet<string>;
  /** Replaces the seed of every seeded node. */
  readonly seed?: number;
}
