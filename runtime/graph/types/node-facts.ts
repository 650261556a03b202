import type { NodeType } from './node-type.ts';

/** The parameters that matter, as a card shows them: name and value. */
export type NodeFacts = readonly (readonly [string, string])[];

/** The facts of a node's parameters as they stand in the file; undefined where they are wrong. */
export function factsOf(
  { params: schema, summary }: Pick<NodeType, 'params' | 'summary'>,
  params: unknown,
): NodeFacts | undefined {
  const parsed = schema.safeParse(params);
  return parsed.success ? summary(parsed.data) : undefined;
}
