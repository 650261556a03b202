import { expect, it } from 'vitest';
import { documentStore } from '../document/document-store.ts';
import { GrowingMap, emptyList } from '../run/growing-collections.ts';
import { runView } from '../run/run-view.ts';
import type { StepView } from '../run/step-view.ts';
import { screenStore } from './screen-store.ts';

it('takes away what was said of the next run when it starts, and nothing else', () => {
  const { notify, dismissUntil } = screenStore.getState();
  notify({ tone: 'info', message: 'Saved.' });
  notify({ tone: 'info', message: 'The next run: 2 will run.', until: 'run' });
  dismissUntil('run');
  expect(screenStore.getState().notices.map(({ message }) => message)).toEqual(['Saved.']);
});

it('opens a node that has run on its outputs, and others on their parameters, until a tab is chosen for such nodes', () => {
  const { select, chooseTab } = screenStore.getState();
  const opened = (node: string): string => {
    select([node]);
    return screenStore.getState().inspectorTab;
  };
  const before = {
    ...{ screen: screenStore.getState(), runs: runView.getState() },
    file: documentStore.getState(),
  };
  // Another test of this thread may have left a selection, an open subgraph or a run.
  screenStore.setState(screenStore.getInitialState(), true);
  documentStore.setState(documentStore.getInitialState(), true);
  const cut: StepView = {
    ...{ node: 'cut', type: 'chunk', status: 'succeeded' },
    outputs: { chunks: { digest: 'a'.repeat(64), mediaType: 'x', size: 3, summary: '1 chunk' } },
    ...{ logs: [], metrics: emptyList, texts: GrowingMap.of() },
  };
  runView.setState({ ...runView.getInitialState(), earlier: { cut } }, true);
  try {
    expect(opened('cut')).toBe('output');
    expect(opened('files')).toBe('parameters');
    chooseTab('about');
    expect(opened('cut')).toBe('output');
    chooseTab('logs');
    expect(opened('files')).toBe('about');
    expect(opened('cut')).toBe('logs');
    // Several are no node to open.
    select(['cut', 'files']);
    expect(screenStore.getState().inspectorTab).toBe('logs');
  } finally {
    screenStore.setState(before.screen, true);
    runView.setState(before.runs, true);
    documentStore.setState(before.file, true);
  }
});
