import { removeNodes } from '@graft/graph';
import { documentStore } from './document-store.ts';

/** Deletes nodes, notes and groups, whatever is selected. */
export function deleteKeys(keys: readonly string[]): void {
  documentStore.getState().edit((graph) => removeNodes(graph, keys));
}
