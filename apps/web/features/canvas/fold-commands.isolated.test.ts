import { parseGraph } from '@graft/graph';
import { expect, it, vi } from 'vitest';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { foldCommands } from './fold-commands.ts';

vi.mock('../../api/client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

it('folds and unfolds with one key, however soon it is pressed again', async () => {
  const node = { type: 'any', version: 1, params: {} };
  const baseGraph = parseGraph(
    JSON.stringify({ graft: 1, nodes: { a: node }, layout: { a: [0, 0] } }),
  );
  useDocument.getState().open({ path: 'a.graft.json', base: 'r', baseText: '', baseGraph });
  useScreen.getState().select(['a']);
  const folded: boolean[] = [];
  useDocument.subscribe(({ shown }) => folded.push(shown.layout['a']?.collapsed === true));
  for (let times = 0; times < 3; times += 1) {
    foldCommands.find(({ enabled }) => enabled?.() === true)?.run();
  }
  await expect.poll(() => folded).toEqual([true, false, true]);
});
