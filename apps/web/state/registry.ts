import type { Registry } from '@graft/graph';

let current: Registry = new Map();

/** Gives the page its node types, before anything of it is drawn. */
export function provideRegistry(registry: Registry): void {
  current = registry;
}

/** The node types that the page works with; the page imports none by itself. */
export function nodeTypes(): Registry {
  return current;
}
