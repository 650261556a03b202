import { hasFile, isRunnable, togglePanel, views, type Command } from '@graft/view';
import { useOverlay, useScreen } from '../kit/stores.ts';
import { currentTheme, isDark, setTheme } from '../kit/theme.ts';

/** The field that searches the rows of the output on the screen. */
const findField = (): HTMLInputElement | null => document.querySelector('input[data-find]');

export const findCommands: readonly Command[] = [
  {
    id: 'search',
    title: 'Add a node, open a file, or run a command',
    group: 'View',
    views,
    keys: ['mod+k'],
    whileTyping: true,
    hidden: true,
    run: () => useScreen.getState().show({ commandMenu: true, openEnd: null }),
  },
  {
    id: 'find',
    title: 'Find in the output',
    group: 'View',
    views,
    keys: ['mod+f'],
    whileTyping: true,
    passOn: true,
    enabled: () => findField() !== null,
    run: () => findField()?.select(),
  },
];

export const viewCommands: readonly Command[] = [
  {
    id: 'toggle-palette',
    title: 'Show or hide the left panel',
    group: 'View',
    views: ['canvas'],
    keys: ['mod+b'],
    whileTyping: true,
    run: () => togglePanel('palette'),
  },
  {
    id: 'toggle-lower',
    title: 'Show or hide the lower panel',
    group: 'View',
    views: ['canvas'],
    keys: ['mod+j'],
    whileTyping: true,
    run: () => togglePanel('lower'),
  },
  {
    id: 'toggle-inspector',
    title: 'Show or hide the inspector',
    group: 'View',
    views: ['canvas'],
    keys: ['mod+i'],
    whileTyping: true,
    run: () => togglePanel('inspector'),
  },
  {
    id: 'canvas-view',
    title: 'Show the graph on the canvas',
    group: 'View',
    views,
    enabled: hasFile,
    run: () => useScreen.getState().look('canvas'),
  },
  {
    id: 'notebook-view',
    title: 'Show the graph as a notebook',
    group: 'View',
    views,
    enabled: hasFile,
    run: () => useScreen.getState().look('notebook'),
  },
  {
    id: 'app-view',
    title: 'Show the graph as an app',
    group: 'View',
    views,
    enabled: isRunnable,
    run: () => useScreen.getState().look('app'),
  },
  {
    id: 'theme',
    title: 'Light or dark colours',
    group: 'View',
    views,
    run: () => setTheme(isDark(currentTheme()) ? 'light' : 'dark'),
  },
  {
    id: 'tour',
    title: 'Take the tour',
    group: 'View',
    views,
    run: () => useOverlay.getState().show({ tour: true }),
  },
  {
    id: 'shortcuts',
    title: 'Keyboard shortcuts',
    group: 'View',
    views,
    keys: ['?'],
    run: () => useOverlay.getState().show({ shortcutSheet: true }),
  },
];
