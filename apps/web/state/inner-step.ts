import { create } from 'zustand';

/** The step within a used file whose output is shown at the node that uses the file, which is as near as one can go to it. */
export const useInnerStep = create<{ readonly step: string | null }>()(() => ({ step: null }));
