import type { ModelLookup } from '../rows/model.ts';
import { GraphError, type GraphErrorCode, type Location, type Problem } from '../base/errors.ts';
import { suggestion } from '../base/message-words.ts';
import { own } from '../base/record.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { migrateBody } from '../format/migrate-graph.ts';
import type { GraphInterface, InterfaceLookup } from '../types/graph-interface.ts';
import type { Registry } from '../types/node-type.ts';
import { bodyInterface } from './body-interface.ts';
import { renameUses } from './rename-uses.ts';

/**
 * The graph files that a graph may use, by their path below the workspace: an error where one cannot be read, undefined
 * where there is none. Whoever plans has read them before.
 */
export type GraphLookup = (path: string) => Graph | GraphError | undefined;

/** Graphs within graphs, at most: deeper than anybody nests, and shallow enough for every stack. */
export const maxNesting = 100;

/** A body and where it is written. */
export interface LibraryBody {
  /** The same for the same body. */
  readonly key: string;
  readonly file: string | undefined;
  /** Of the subgraphs of that file; undefined for the file's own nodes. */
  readonly graph: string | undefined;
  /** Migrated, also to the names that the graphs used by it have today. */
  readonly body: GraphBody;
  /** What could not be migrated. */
  readonly problems: readonly Problem[];
}

/** Why a `graph` node's graph is not to be had. */
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

/** The bodies that are reached from a graph, each found, migrated and summed up as an interface once. */
export class GraphLibrary {
  readonly root: LibraryBody;
  readonly #graph: Graph;
  readonly #context: LibraryContext;
  readonly #bodies = new Map<string, LibraryBody>();
  readonly #interfaces = new Map<string, GraphInterface | undefined>();
  readonly #lookups = new Map<string, InterfaceLookup>();
  /** Interfaces and migrations under way, one within the other. */
  #depth = 0;

  constructor(graph: Graph, context: LibraryContext) {
    this.#graph = graph;
    this.#context = context;
    this.root = this.#take({ file: context.file, graph: undefined }, graph);
  }

  /** What `use` means where `from` writes it. */
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

  /** What graphs look like from within a body. */
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

  /** Undefined within itself, in a recursion. */
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

/** Where a node of a body is, for problems. */
export function placeIn({ file, graph }: Pick<LibraryBody, 'file' | 'graph'>): Location {
  return { ...(file === undefined ? {} : { file }), ...(graph === undefined ? {} : { graph }) };
}

/** What a graph is read against. */
export interface ResolveContext extends LibraryContext {
  readonly models: ModelLookup;
  /**
   * Names of the inputs that the graph is given from outside. Absent: nothing is to run, and all that it lacks are taken
   * for given.
   */
  readonly given?: ReadonlySet<string>;
  /** For every seeded node, instead of its own. */
  readonly seed?: number;
}
