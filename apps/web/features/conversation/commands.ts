import { isRunnable, type Command, type Actions } from '@graft/view';
import { focusAsk } from './focus-ask.ts';

export const askActions = {
  // Loaded on demand.
  askAlone: async (question) => (await import('./ask-store.ts')).askAlone(question),
} satisfies Partial<Actions>;

export const askCommands: readonly Command[] = [
  {
    id: 'ask',
    title: 'Ask the graph a question',
    group: 'Run',
    views: ['canvas'],
    keys: ['q'],
    enabled: isRunnable,
    run: focusAsk,
  },
];
