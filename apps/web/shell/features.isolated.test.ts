import { groupKey, noteKey } from '@graft/graph';
import { expect, it, vi } from 'vitest';
import { provideFeatures } from './features.ts';
import { useScreen } from '../kit/stores.ts';
import { commandOf, selectedNodes } from '@graft/view';

vi.mock('../api/client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

provideFeatures();

const enabled = (id: string): boolean | undefined => commandOf(id).enabled?.();

it('runs and lines up nodes alone, and not the notes and groups that are selected with them', () => {
  useScreen.setState({ selection: [noteKey('why'), groupKey('part')] });
  expect(selectedNodes()).toEqual([]);
  expect(enabled('run-to-here')).toBe(false);
  expect(enabled('align-left')).toBe(false);
  useScreen.setState({ selection: ['chunk', noteKey('why')] });
  expect(selectedNodes()).toEqual(['chunk']);
  expect(enabled('run-to-here')).toBe(true);
  expect(enabled('align-left')).toBe(false);
  useScreen.setState({ selection: ['chunk', noteKey('why'), 'embed'] });
  expect(enabled('align-left')).toBe(true);
});
