import { isRunnable, type Command, type Actions } from '@graft/view';
import { focusAsk, showAsked } from './focus-ask.ts';

export const askActions = {
  // Loaded on demand.
  askAlone: async (question) => {
    const { ask } = await import('../../api/runs/conversation.ts');
    // What the question comes to is where it is asked.
    if (await ask(question)) showAsked();
  },
} satisfies Partial<Actions>;

export const askCommands: readonly Command[] = [
  {
    id: 'ask',
    title: 'Ask the graph a question',
    group: 'Run',
    views: ['canvas', 'app'],
    keys: ['q'],
    enabled: isRunnable,
    run: focusAsk,
  },
];
