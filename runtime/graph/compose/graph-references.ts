import { GraphError } from '../base/errors.ts';
import { own } from '../base/record.ts';
import { meaningDigest } from '../format/graph-meaning.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody } from '../format/graph-body.ts';
import { usedFiles, usedGraph, variedFiles } from '../format/used-graphs.ts';
import { maxNesting, type GraphLookup } from '../plan/graph-library.ts';
import { allBodies, freeName, renamedUses, withBody } from './graph-bodies.ts';

/** How to find the files that a graph uses. */
export interface ReferenceContext {
  readonly graphs: GraphLookup;
  /** The graph's own path: a graph does not reference itself. */
  readonly file?: string;
}

/** A graph file that a graph uses. */
interface GraphReference {
  /** Undefined if the file cannot be read. */
  readonly graph: Graph | undefined;
  /** The nodes of this file that lead there, by their id paths: `reader/retriever`. */
  readonly nodes: readonly string[];
}
/** By path. */
export type GraphReferences = ReadonlyMap<string, GraphReference>;

/** Limit of listed paths to the uses within one body; beyond it the file name is enough for people. */
const mostWays = 1_000;

/** All graph files that a graph uses, directly or through others. */
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

/** A node that names a file, by its id path. */
interface FileUse {
  readonly node: string;
  readonly file: string;
}

/** The nodes that name other files, including those in the subgraphs that it uses. */
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
    // A body within itself adds none: planning refuses recursion.
    known.set(id, []);
    const uses = usesIn(body, depth);
    known.set(id, uses);
    return uses;
  };
  return usesIn(graph, 0);
}

/** A file and the files that it uses. */
function filesBelow(
  first: string,
  { graphs, file }: ReferenceContext,
): ReadonlyMap<string, Graph | undefined> {
  const all = new Map<string, Graph | undefined>();
  const left = new Set([first]);
  // Iterating a Set reaches entries added meanwhile.
  for (const path of left) {
    if (path === file) continue;
    const found = graphs(path);
    const document = found instanceof GraphError ? undefined : found;
    all.set(path, document);
    if (document !== undefined) for (const next of usedFiles(document)) left.add(next);
  }
  return all;
}

/** Locks the graph to the current content of a file that it uses. Throws `missing-file` if the file cannot be read. */
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
 * Copies a file that the graph uses into a subgraph of its own, in the version that `kept` holds, and points all uses
 * to the copy. Copies the files between as well. Throws `bad-input` if the graph does not use the file.
 */
export function keepReference(
  graph: Graph,
  { path, kept }: { readonly path: string; readonly kept: Graph },
  context: ReferenceContext,
): Graph {
  const references = graphReferences(graph, context);
  if (!references.has(path)) throw unusedFile(path);
  const copied = new Map<string, Graph>([[path, kept]]);
  // Users of a copied file must name the copy, so they are copied too.
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

/** Free ids for subgraphs that enter a file. */
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

/** `lib/hybrid-retrieval.graft.json` → `hybrid-retrieval`: a valid id. */
function nameOf(path: string): string {
  const base = (path.split('/').at(-1) ?? path).replace(/\.graft\.json$/, '');
  const name = base
    .replace(/[^\w-]+/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, 100);
  return name === '' ? 'graph' : name;
}

/** Removes lock entries of files that neither the graph nor its variants use any more. */
function withoutUnusedEntries(graph: Graph, context: ReferenceContext): Graph {
  const varied = variedFiles(graph).flatMap((path) => [...filesBelow(path, context).keys()]);
  const used = new Set([...graphReferences(graph, context).keys(), ...varied]);
  const entries = Object.entries(graph.lock.graphs).filter(([path]) => used.has(path));
  return { ...graph, lock: { ...graph.lock, graphs: Object.fromEntries(entries) } };
}

function unusedFile(path: string): GraphError {
  return new GraphError('bad-input', `The graph does not use the file ${JSON.stringify(path)}.`);
}
