import { documentStore } from './document-store.ts';
import { prefixOf } from './levels.ts';

/** What a node that is shown is called in plans and runs: the ids that lead to it, `retriever/embed`. */
export function pathOf(id: string): string {
  return prefixOf(documentStore.getState().trail) + id;
}

/** Whether a step of a plan is a node's own, or one within the graph that the node uses. */
export function isPartOf(step: string, path: string): boolean {
  return step === path || step.startsWith(`${path}/`);
}
