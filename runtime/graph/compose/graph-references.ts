import { GraphError } from '../base/errors.ts';
import { own } from '../base/record.ts';
import { meaningDigest } from '../format/graph-meaning.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { usedFiles, usedGraph, variedFiles } from '../format/used-graphs.ts';
import { maxNesting, type GraphLookup } from '../plan/graph-library.ts';
import { allBodies, freeName, renamedUses, withBody } from './graph-bodies.ts';

/** Where the files that a graph uses are found. */
export interface ReferenceContext {
  readonly graphs: GraphLookup;
  /** The graph's own path: it is no reference of its own. */
  readonly file?: string;
}

/** A graph file that a graph uses. */
interface GraphReference {
  /** Undefined where it is not to be had. */
  readonly graph: Graph | undefined;
  /** The nodes of its file that lead there, by the ids that lead to them: `reader/retriever`. */
  readonly nodes: readonly string[];
}
/** By path. */
export type GraphReferences = ReadonlyMap<string, GraphReference>;

/** Ways to one body's uses of files: beyond that one a file is enough, to tell people of. */
const mostWays = 1_000;

/** The graph files that a graph uses, and those that these use. */
export function graphReferences(graph: Graph, context: ReferenceContext): GraphReferences {
  const found = new Map<string, { graph: Graph | undefined; nodes: string[] }>();
  const known = new Map<string, ReadonlyMap<string, Graph | undefined>>();
  for (const { node, file } of fileUses(graph)) {
    const files = known.get(file) ?? filesBelow(file, context);
    known.set(file, files);
    for (const [path, document] of files) {
      const entry = found.get(path) ?? { graph: document, nodes: [] };
      found.set(path, entry);
      entry.nodes.push(node);
    }
  }
  return found;
}

/** A node that names a file, by the ids that lead to it. */
interface FileUse {
  readonly node: string;
  readonly file: string;
}

/** The nodes that name other files, also those in the subgraphs that it uses. */
function fileUses(graph: Graph): readonly FileUse[] {
  const known = new Map<string, readonly FileUse[]>();
  const usesIn = (body: GraphBody, depth: number): readonly FileUse[] => {
    const uses: FileUse[] = [];
    const files = new Set<string>();
    const add = (use: FileUse): void => {
      if (uses.length >= mostWays && files.has(use.file)) return;
      uses.push(use);
      files.add(use.file);
    };
    for (const [id, node] of Object.entries(body.nodes)) {
      const use = usedGraph(node) ?? '';
      if (!use.startsWith('#')) {
        if (use !== '') add({ node: id, file: use });
        continue;
      }
      for (const inner of usesOf(use.slice(1), depth + 1)) {
        add({ node: `${id}/${inner.node}`, file: inner.file });
      }
    }
    return uses;
  };
  const usesOf = (id: string, depth: number): readonly FileUse[] => {
    const body = own(graph.graphs ?? {}, id);
    if (body === undefined || depth > maxNesting) return [];
    const before = known.get(id);
    if (before !== undefined) return before;
    // Within itself it has none: a recursion is refused when it is planned.
    known.set(id, []);
    const uses = usesIn(body, depth);
    known.set(id, uses);
    return uses;
  };
  return usesIn(graph, 0);
}

/** A file and those that it uses. */
function filesBelow(
  first: string,
  { graphs, file }: ReferenceContext,
): ReadonlyMap<string, Graph | undefined> {
  const all = new Map<string, Graph | undefined>();
  const left = new Set([first]);
  // A Set's iteration reaches what is added on the way.
  for (const path of left) {
    if (path === file) continue;
    const found = graphs(path);
    const document = found instanceof GraphError ? undefined : found;
    all.set(path, document);
    if (document !== undefined) for (const next of usedFiles(document)) left.add(next);
  }
  return all;
}

/** The graph locked to a file that it uses as that is now. Throws `missing-file` where it is not to be had. */
export function takeReference(graph: Graph, path: string, context: ReferenceContext): Graph {
  const found = graphReferences(graph, context).get(path);
  if (found === undefined) throw unusedFile(path);
  if (found.graph === undefined) {
    throw new GraphError('missing-file', `There is no graph file ${JSON.stringify(path)} to copy.`);
  }
  const graphs = { ...graph.lock.graphs, [path]: { digest: meaningDigest(found.graph) } };
  return { ...graph, lock: { ...graph.lock, graphs } };
}

/**
 * The graph with a file that it uses as a subgraph of its own, the way that `kept` has it: all that used it uses the copy.
 * Files by which the graph comes to it are copied along, as they are. Throws `bad-input` where the graph uses no such file.
 */
export function keepReference(
  graph: Graph,
  { path, kept }: { readonly path: string; readonly kept: Graph },
  context: ReferenceContext,
): Graph {
  const references = graphReferences(graph, context);
  if (!references.has(path)) throw unusedFile(path);
  const copied = new Map<string, Graph>([[path, kept]]);
  // Who uses one that is copied has to name the copy, and so is copied as well.
  for (let grown = true; grown;) {
    grown = false;
    for (const [at, { graph: document }] of references) {
      if (document === undefined || copied.has(at)) continue;
      if (!usedFiles(document).some((used) => copied.has(used))) continue;
      copied.set(at, document);
      grown = true;
    }
  }
  const names = new Names(graph);
  const files = new Map([...copied.keys()].map((at) => [at, `#${names.take(nameOf(at))}`]));
  let next = graph;
  for (const [at, document] of copied) {
    const inner = Object.keys(document.graphs ?? {});
    const renames = new Map([
      ...files,
      ...inner.map((id) => [`#${id}`, `#${names.take(id)}`] as const),
    ]);
    for (const [id, body] of allBodies(document)) {
      const name = renames.get(id === undefined ? at : `#${id}`);
      if (name !== undefined) next = withBody(next, name.slice(1), renamedUses(body, renames));
    }
  }
  for (const [at, body] of allBodies(graph)) next = withBody(next, at, renamedUses(body, files));
  return withoutUnusedEntries(next, context);
}

/** Ids for subgraphs that come into a file. */
class Names {
  readonly #taken: Set<string>;

  constructor({ graphs = {} }: Graph) {
    this.#taken = new Set(Object.keys(graphs));
  }

  take(wanted: string): string {
    const name = freeName(wanted, (candidate) => this.#taken.has(candidate));
    this.#taken.add(name);
    return name;
  }
}

/** `lib/hybrid-retrieval.graft.json` → `hybrid-retrieval`, as an id can be. */
function nameOf(path: string): string {
  const base = (path.split('/').at(-1) ?? path).replace(/\.graft\.json$/, '');
  const name = base
    .replace(/[^\w-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 100);
  return name === '' ? 'graph' : name;
}

/** Without the lock's entries of files that are no longer used, by variants neither. */
function withoutUnusedEntries(graph: Graph, context: ReferenceContext): Graph {
  const varied = variedFiles(graph).flatMap((path) => [...filesBelow(path, context).keys()]);
  const used = new Set([...graphReferences(graph, context).keys(), ...varied]);
  const entries = Object.entries(graph.lock.graphs).filter(([path]) => used.has(path));
  return { ...graph, lock: { ...graph.lock, graphs: Object.fromEntries(entries) } };
}

function unusedFile(path: string): GraphError {
  return new GraphError('bad-input', `The graph does not use the file ${JSON.stringify(path)}.`);
}
