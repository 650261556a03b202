import type { Actions } from '@graft/view';

export const askActions = {
  // Loaded when first asked for.
  askAlone: async (question) => (await import('./ask-alone.ts')).askAlone(question),
} satisfies Partial<Actions>;
