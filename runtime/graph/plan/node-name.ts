import { own } from '../base/record.ts';
import type { GraphBody } from '../format/graph.ts';
import type { Registry } from '../types/node-type.ts';

/** What people see a node called: by its title, with its id where another has the same; a node that is not there by its id. */
export function nodeName({ nodes }: GraphBody, id: string, registry: Registry): string {
  const titleOf = (one: string): string | undefined => {
    const node = own(nodes, one);
    return node && (node.title ?? registry.get(node.type)?.title);
  };
  const title = titleOf(id);
  if (title === undefined) return `"${id}"`;
  const isAlone = Object.keys(nodes).every((other) => other === id || titleOf(other) !== title);
  return isAlone ? `“${title}”` : `“${title}” (${id})`;
}
