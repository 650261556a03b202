import { tidyShown } from '../canvas/tidy-shown.ts';
import { fitAll, fitNodes, zoomBy, zoomTo } from '../canvas/viewport.ts';
import { currentTheme, isDark, setTheme } from '../shell/theme.ts';
import { useOverlay } from '../state/overlay-store.ts';
import { togglePanel } from '../state/panel-store.ts';
import { useScreen, views } from '../state/screen-store.ts';
import type { Command } from './command.ts';
import { hasFile, hasNodes, hasSelection, isRunnable } from './conditions.ts';

/** The field that searches the rows of the output on the screen. */
const findField = (): HTMLInputElement | null => document.querySelector('input[data-find]');

export const viewCommands: readonly Command[] = [
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
  {
    id: 'zoom-in',
    title: 'Zoom in',
    group: 'View',
    views: ['canvas'],
    keys: ['mod++'],
    run: () => zoomBy(1.25),
  },
  {
    id: 'zoom-out',
    title: 'Zoom out',
    group: 'View',
    views: ['canvas'],
    keys: ['mod+-'],
    run: () => zoomBy(0.8),
  },
  {
    id: 'zoom-100',
    title: 'Zoom to 100 %',
    group: 'View',
    views: ['canvas'],
    keys: ['mod+0'],
    run: () => zoomTo(1),
  },
  {
    id: 'fit',
    title: 'Fit the graph',
    group: 'View',
    views: ['canvas'],
    keys: ['shift+1'],
    enabled: hasNodes,
    run: () => void fitAll(),
  },
  {
    id: 'fit-selection',
    title: 'Fit the selection',
    group: 'View',
    views: ['canvas'],
    keys: ['shift+2'],
    enabled: hasSelection,
    run: () => fitNodes(useScreen.getState().selection),
  },
  {
    id: 'tidy',
    title: 'Tidy layout',
    group: 'View',
    views: ['canvas'],
    enabled: hasNodes,
    run: () => void tidyShown(),
  },
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
