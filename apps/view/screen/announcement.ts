import { createStore } from 'zustand/vanilla';

/** What is said to who hears the screen rather than sees it: what a key has done elsewhere on it. */
export const announcementStore = createStore<{ readonly said: string }>()(() => ({ said: '' }));

/** Says something; once more too, which needs another text than the one before. */
export function announce(message: string): void {
  announcementStore.setState(({ said }) => ({
    said: said === message ? `${message}\u00a0` : message,
  }));
}
