import { expect, it } from 'vitest';
import { screenStore } from './screen-store.ts';

it('takes away what was said of the next run when it starts, and nothing else', () => {
  const { notify, dismissUntil } = screenStore.getState();
  notify({ tone: 'info', message: 'Saved.' });
  notify({ tone: 'info', message: 'The next run: 2 will run.', until: 'run' });
  dismissUntil('run');
  expect(screenStore.getState().notices.map(({ message }) => message)).toEqual(['Saved.']);
});
