import { createStore } from 'zustand/vanilla';

/** Announcements for screen readers: what a key changed elsewhere on the screen. */
export const announcementStore = createStore<{ readonly said: string }>()(() => ({ said: '' }));

/** Says something; once more too, which needs another text than the one before. */
export function announce(message: string): void {
  announcementStore.setState(({ said }) => ({
    said: said === message ? `${message}\u00a0` : message,
  }));
}
