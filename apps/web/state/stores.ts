import { documentStore, runView } from '@graft/view';
import { boundStore } from './bound-store.ts';

/** The open document. */
export const useDocument = boundStore(documentStore);
/** The runs on the screen. */
export const useRunView = boundStore(runView);
