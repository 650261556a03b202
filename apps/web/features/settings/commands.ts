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
    run: () => {
      const { settings, show } = useOverlay.getState();
      if (settings === null) show({ settings: { tab: 'keys' } });
    },
  },
];
