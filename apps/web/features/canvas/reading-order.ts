import type { GraphBody } from '@graft/graph';
import { create } from 'zustand';

/** In which order nodes stand in the page, and Tab goes on: as they are read, once what knows that has come. */
export const useReadingOrder = create<{
  readonly order: ((graph: GraphBody) => readonly string[]) | undefined;
}>()(() => ({ order: undefined }));
