import type { ComparedNode, ComparedOutput } from './comparison.ts';

/** What an output is called in the address: `retriever/search.hits`. */
export function outputName(
  { path }: Pick<ComparedNode, 'path'>,
  { port }: Pick<ComparedOutput, 'port'>,
): string {
  return `${path}.${port}`;
}

export interface NamedOutput {
  readonly node: ComparedNode;
  readonly output: ComparedOutput;
}

/** The outputs whose rows are compared. */
export function comparedOutputs(nodes: readonly ComparedNode[]): NamedOutput[] {
  return nodes.flatMap((node) =>
    node.outputs.flatMap((output) => (output.rows === undefined ? [] : { node, output })),
  );
}

export function outputOf(
  nodes: readonly ComparedNode[],
  name: string | undefined,
): NamedOutput | undefined {
  return comparedOutputs(nodes).find(({ node, output }) => outputName(node, output) === name);
}
