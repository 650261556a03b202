import {
  GraphError,
  parseGraph,
  usedFiles,
  variedFiles,
  type Graph,
  type GraphLookup,
} from '@graft/graph';
import { parsedFrom } from './graph-digests.ts';

/** Files that one graph may use, with those that these use. */
const maxFiles = 1000;
/** Parsed files that are kept to be used again, and the characters of their texts together. */
const maxParsed = { files: 200, characters: 64 * 2 ** 20 };

/** A graph file's path, as it is written shortest, and its text with the sha256 of it. */
interface ReadGraphFile {
  readonly path: string;
  readonly revision: string;
  readonly text: string;
}

export interface GraphReader {
  read(path: string): Promise<ReadGraphFile>;
}

/**
 * Reads the graph files that a graph uses, its variants among them, and those that these use. What cannot be read is an error under its path, for
 * the plan to locate. Paths are below the workspace; only graph files, in no hidden folder, and no link leads out.
 */
export async function readUsedGraphs(
  graph: Graph,
  files: GraphReader,
  parsed: ParsedGraphs = new Map(),
): Promise<GraphLookup> {
  const read = new Map<string, Graph | GraphError>();
  const paths = new Set([...usedFiles(graph), ...variedFiles(graph)]);
  // A Set's iteration reaches what is added on the way.
  for (const path of paths) {
    const found =
      read.size < maxFiles
        ? await readOne(path, files, parsed)
        : new GraphError(
            'too-large',
            `A graph may use at most ${String(maxFiles)} files. Use fewer.`,
          );
    read.set(path, found);
    if (!(found instanceof GraphError)) for (const next of usedFiles(found)) paths.add(next);
  }
  return (path) => read.get(path);
}

/** Graph files as they were last parsed, by path: the same object as long as the file is the same. */
export type ParsedGraphs = Map<
  string,
  { readonly revision: string; readonly graph: Graph; readonly characters: number }
>;

async function readOne(
  path: string,
  files: GraphReader,
  parsed: ParsedGraphs,
): Promise<Graph | GraphError> {
  try {
    const { path: short, revision, text } = await files.read(path);
    if (short !== path) {
      return new GraphError('bad-param', `Write its path as "${short}".`);
    }
    const known = parsed.get(path);
    if (known?.revision === revision) return known.graph;
    const graph = parseGraph(text, path);
    parsedFrom(graph, { revision, characters: text.length });
    parsed.delete(path);
    parsed.set(path, { revision, graph, characters: text.length });
    makeRoom(parsed);
    return graph;
  } catch (error) {
    parsed.delete(path);
    return GraphError.from(error);
  }
}

/** Forgets the files that were parsed longest ago. */
function makeRoom(parsed: ParsedGraphs): void {
  let characters = [...parsed.values()].reduce((sum, one) => sum + one.characters, 0);
  for (const [path, one] of parsed) {
    if (parsed.size <= maxParsed.files && characters <= maxParsed.characters) return;
    parsed.delete(path);
    characters -= one.characters;
  }
}
