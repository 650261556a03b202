import { writeArtifact, type GivenInputs } from '@graft/engine';
import {
  GraphError,
  GraphLibrary,
  rowsOfText,
  suggestion,
  type ArtifactRef,
  type ArtifactStore,
  type Graph,
  type GraphInterface,
  type GraphLookup,
  type Registry,
} from '@graft/graph';

/** A graph and what it is read against. */
export interface ReadGraph {
  readonly graph: Graph;
  readonly file: string;
  readonly registry: Registry;
  readonly graphs: GraphLookup;
}

/** What the graph takes and gives. */
export function interfaceOf({ graph, ...context }: ReadGraph): GraphInterface {
  const library = new GraphLibrary(graph, context);
  const found = library.interfaceOf(library.root);
  return found ?? { inputs: new Map(), outputs: new Map(), params: new Map() };
}

/**
 * Stores what a run is given, as rows of the inputs' types, under the nodes of the inputs. Throws `unknown-port` for a name
 * that the graph does not take, and what is wrong with a text, located at the input.
 */
export async function storeInputs(
  read: ReadGraph,
  inputs: Readonly<Record<string, string>>,
  artifacts: ArtifactStore,
): Promise<GivenInputs> {
  const given = new Map<string, ArtifactRef>();
  const { inputs: known } = interfaceOf(read);
  for (const [name, text] of Object.entries(inputs)) {
    const input = known.get(name) ?? formerly(known, name);
    if (input === undefined) throw unknownPort('input', name, known.keys());
    const location = { node: input.node, port: input.name };
    try {
      const value = rowsOfText(input.type, text);
      given.set(
        input.node,
        await writeArtifact(artifacts, { port: 'value', type: input.type, value }),
      );
    } catch (error) {
      const { code, message, audience } = GraphError.from(error);
      const what = `The input "${name}": ${message}`;
      throw new GraphError(code, what, { location: { file: read.file, ...location }, audience });
    }
  }
  return given;
}

/** The inputs that are given, by the names of today. */
export function givenNames(read: ReadGraph, given: GivenInputs): ReadonlySet<string> {
  const inputs = [...interfaceOf(read).inputs.values()];
  return new Set(inputs.filter(({ node }) => given.has(node)).map(({ name }) => name));
}

/** The nodes of outputs, by their names. Throws `unknown-port`. */
export function outputNodes(read: ReadGraph, names: readonly string[]): string[] {
  const { outputs } = interfaceOf(read);
  return names.map((name) => {
    const output = outputs.get(name) ?? formerly(outputs, name);
    if (output === undefined) throw unknownPort('output', name, outputs.keys());
    return output.node;
  });
}

function formerly<Part extends { readonly formerly: readonly string[] }>(
  parts: ReadonlyMap<string, Part>,
  name: string,
): Part | undefined {
  return [...parts.values()].find((part) => part.formerly.includes(name));
}

function unknownPort(side: 'input' | 'output', name: string, names: Iterable<string>): GraphError {
  const known = [...names];
  const others =
    known.length === 0
      ? ` It has no ${side} node.`
      : suggestion(name, known) || ` Its ${side}s: ${known.map((one) => `"${one}"`).join(', ')}.`;
  return new GraphError('unknown-port', `The graph has no ${side} "${name}".${others}`);
}
