import { useDocument } from './document-store.ts';
import { prefixOf } from './levels.ts';

/** What a node that is shown is called in plans and runs: the ids that lead to it, `retriever/embed`. */
export function pathOf(id: string): string {
  return prefixOf(useDocument.getState().trail) + id;
}

export function usePath(id: string): string {
  return useDocument(({ trail }) => prefixOf(trail)) + id;
}
