import { expect, it } from 'vitest';
import { useScreen } from './screen-store.ts';

it('takes away what was said of the next run when it starts, and nothing else', () => {
  const { notify, dismissUntil } = useScreen.getState();
  notify({ tone: 'info', message: 'Saved.' });
  notify({ tone: 'info', message: 'The next run: 2 will run.', until: 'run' });
  dismissUntil('run');
  expect(useScreen.getState().notices.map(({ message }) => message)).toEqual(['Saved.']);
});
