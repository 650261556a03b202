import type { Actions } from '@graft/view';

export const appViewActions = {
  // Loaded on demand.
  runForm: async () => (await import('./run-form.ts')).runForm(),
} satisfies Partial<Actions>;
