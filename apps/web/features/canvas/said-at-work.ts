import { useScreen } from '../../kit/stores.ts';

/** Milliseconds that work takes before anything is said of it. */
const patience = 300;

/** Says of what takes a while that it is at work, with a way to stop it. Returns what takes the notice away. */
export function sayAtWork(message: string, stop: () => void): () => void {
  const timer = setTimeout(() => {
    const action = { label: 'Cancel', run: stop };
    useScreen.getState().notify({ tone: 'info', message, action, until: 'done' });
  }, patience);
  return () => {
    clearTimeout(timer);
    const { notices, dismiss } = useScreen.getState();
    for (const notice of notices) if (notice.message === message) dismiss(notice.id);
  };
}
