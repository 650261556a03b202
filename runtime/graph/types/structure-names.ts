import { own } from '../base/record.ts';
import type { Structure } from './node-type.ts';

/** Names of structural nodes, apart from the schemas: the canvas needs them before those have loaded. */

/** A loop: its step stands beside those of its rounds. */
export const loopType = 'repeat';

/** The exposed parameter of a loop's graph that receives the number of the round. */
export const roundParam = 'round';

/** Prefix of a `graph` node's parameters that set exposed parameters. */
export const setPrefix = 'set.';

const structures: Readonly<Record<string, Structure>> = {
  ...{ input: 'input', output: 'output', graph: 'graph', [loopType]: 'repeat' },
};

/** The structural role of a node type; undefined for types that are only steps. */
export function structureOf(type: string): Structure | undefined {
  return own(structures, type);
}

/** The name of an `input` or `output` node: its own, or the node's id. */
export function interfaceName(id: string, params: Readonly<Record<string, unknown>>): string {
  const name = own(params, 'name');
  return typeof name === 'string' && name !== '' ? name : id;
}
