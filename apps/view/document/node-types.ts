import type { Registry } from '@graft/graph';

let registry: Registry | undefined;

/** Sets the node types that the page works with, before anything is drawn. */
export function provideNodeTypes(types: Registry): void {
  registry = types;
}

/** The node types that the page works with. */
export function nodeTypes(): Registry {
  if (registry === undefined) throw new Error('Call provideNodeTypes first.');
  return registry;
}
