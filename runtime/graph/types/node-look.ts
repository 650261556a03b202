import type { NodeType } from './node-type.ts';
import type { PortType } from '../rows/port-type.ts';

/** What is seen of a port on a card. */
export interface PortLook {
  readonly type: Pick<PortType, 'id' | 'family' | 'shape'>;
  readonly doc: string;
  readonly optional?: boolean;
  readonly many?: boolean;
}

/** What is seen of a node on its card, apart from its values; every node type is one. */
export interface NodeLook extends Pick<NodeType, 'type' | 'title' | 'group' | 'structure'> {
  readonly inputs: Readonly<Record<string, PortLook>>;
  readonly outputs: Readonly<Record<string, PortLook>>;
}

/** The parameters that matter, as a card shows them: name and value. */
export type NodeFacts = readonly (readonly [string, string])[];

/** What is seen of a node type, as plain data. */
export function plainLook({ type, title, group, structure, inputs, outputs }: NodeLook): NodeLook {
  return {
    ...{ type, title, group },
    ...(structure === undefined ? {} : { structure }),
    inputs: portLooks(inputs),
    outputs: portLooks(outputs),
  };
}

function portLooks(ports: NodeLook['inputs']): NodeLook['inputs'] {
  const looks = Object.entries(ports).map(([name, port]): [string, PortLook] => {
    const { doc, optional, many } = port;
    const { id, family, shape } = port.type;
    const flags = { ...(optional ? { optional } : {}), ...(many ? { many } : {}) };
    return [name, { type: { id, family, shape }, doc, ...flags }];
  });
  return Object.fromEntries(looks);
}

/** The facts of a node's parameters as they stand in the file; undefined where they are wrong. */
export function factsOf(
  { params: schema, summary }: Pick<NodeType, 'params' | 'summary'>,
  params: unknown,
): NodeFacts | undefined {
  const parsed = schema.safeParse(params);
  return parsed.success ? summary(parsed.data) : undefined;
}
