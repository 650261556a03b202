import { views, type Command } from '@graft/view';
import { useOverlay } from '../../kit/stores.ts';

export const settingsCommands: readonly Command[] = [
  {
    id: 'settings',
    title: 'Settings',
    group: 'View',
    views,
    keys: ['mod+,'],
    whileTyping: true,
    run: () => useOverlay.getState().show({ settings: { tab: 'keys' } }),
  },
];
