import { expect, it, vi } from 'vitest';
import { saveFile } from './file-actions.ts';
import { useScreen } from './screen-store.ts';

vi.mock('../api/client.ts', () => ({}));
vi.mock('./save-file.ts', () => {
  throw new Error('Failed to load chunk 12 from module 34');
});

it('saves nothing where what saves cannot be fetched, and says so in words for people', async () => {
  expect(await saveFile()).toBe(false);
  expect(useScreen.getState().notices).toMatchObject([
    { tone: 'error', message: expect.stringContaining('could not be fetched') },
  ]);
});
