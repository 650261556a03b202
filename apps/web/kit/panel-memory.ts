import { panelStore, readJson, recallPanels } from '@graft/view';

const storageKey = 'graft.panels';

try {
  recallPanels(readJson(localStorage.getItem(storageKey)));
} catch {
  // Storage is switched off.
}

panelStore.subscribe(({ remembered }, before) => {
  if (remembered === before.remembered) return;
  try {
    localStorage.setItem(storageKey, JSON.stringify(remembered));
  } catch {
    // The next page has them as they were.
  }
});
