import { emptyGraph, GraphError, serializeGraph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import { saveText } from './save-text.ts';

/** The revision on disk, and the texts that were saved. */
const disk = vi.hoisted(() => ({ revision: '2', saved: [''] }));
vi.mock('../../api/client.ts', () => ({
  api: {
    graphs: {
      read: { query: () => Promise.resolve({ revision: disk.revision }) },
      save: {
        mutate: async ({ text, base }: { text: string; base: string }) => {
          if (base !== disk.revision) throw new GraphError('stale-save', 'It was changed.');
          disk.saved.push(text);
        },
      },
    },
  },
}));

const path = 'a.graft.json';
const whole = serializeGraph(emptyGraph);

beforeEach(() => {
  disk.saved = [];
});

it('saves a text that is a graph, and no other', async () => {
  expect(await saveText(path, '{ graft: 1 }', '2')).toMatchObject({ stale: false, line: 1 });
  expect(disk.saved).toEqual([]);
  expect(await saveText(path, whole, '2')).toBeUndefined();
  expect(disk.saved).toEqual([whole]);
});

it('tells of a text that was saved meanwhile, and replaces it where that is asked for', async () => {
  const refused = { message: 'It was changed.', stale: true };
  expect(await saveText(path, whole, '1')).toEqual(refused);
  expect(disk.saved).toEqual([]);
  expect(await saveText(path, whole)).toBeUndefined();
  expect(disk.saved).toEqual([whole]);
});
