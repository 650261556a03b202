import { own } from '../base/record.ts';
import type { Structure } from './node-type.ts';

/** Names by which a graph is shaped, apart from the schemas: the canvas draws by them before those have come. */

/** Another graph again and again: its step stands beside those of its rounds. */
export const loopType = 'repeat';

/** The exposed parameter of a loop's graph that is set to the number of the round. */
export const roundParam = 'round';

/** Of the parameters of a `graph` node: those that set what its graph exposes. */
export const setPrefix = 'set.';

const structures: Readonly<Record<string, Structure>> = {
  ...{ input: 'input', output: 'output', graph: 'graph', [loopType]: 'repeat' },
};

/** What nodes of a type are to the graph; undefined of those that are only steps. */
export function structureOf(type: string): Structure | undefined {
  return own(structures, type);
}

/** The name of an `input` or `output` node: its own, or the node's id. */
export function interfaceName(id: string, params: Readonly<Record<string, unknown>>): string {
  const name = own(params, 'name');
  return typeof name === 'string' && name !== '' ? name : id;
}
