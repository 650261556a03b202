import { create } from 'zustand';

/** The edge on which what is being dragged would be let go. */
export const useEdgeUnder = create<{ readonly id: string | undefined }>()(() => ({
  id: undefined,
}));
