import { isRunnable, type Command } from '@graft/view';
import { focusAsk } from './focus-ask.ts';

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
