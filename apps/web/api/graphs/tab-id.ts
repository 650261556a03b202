const key = 'graft.tab';
const lockPrefix = 'graft.tab:';
/** Milliseconds to wait for a lock that the page before a reload may still hold. */
const patience = 200;

let id: string | undefined;

/** `crypto.randomUUID` is not there for a page by plain http from afar. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The name of this tab. It outlives a reload. */
export function tabId(): string {
  try {
    id ??= sessionStorage.getItem(key) ?? newId();
    sessionStorage.setItem(key, id);
  } catch {
    // Storage that is switched off: it has another name after a reload.
    id ??= newId();
  }
  return id;
}

/** Holds a name until the tab is gone, however it goes: that is how others know that it lives. */
function claim(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    void navigator.locks.request(lockPrefix + name, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<never>(() => undefined);
    });
  });
}

/**
 * Takes the tab's name for good, before the first draft is read. A copied tab finds that its name is taken and
 * gets one of its own: browsers copy the session's storage along with a tab.
 */
export async function settleTab(): Promise<void> {
  if (!('locks' in navigator)) return;
  if (await claim(tabId())) return;
  await new Promise((resolve) => setTimeout(resolve, patience));
  if (await claim(tabId())) return;
  id = newId();
  tabId();
  await claim(id);
}

/** The tabs of this browser that are open. Without locks (plain http from afar) only this one is known. */
export async function aliveTabs(): Promise<ReadonlySet<string>> {
  const alive = new Set([tabId()]);
  if (!('locks' in navigator)) return alive;
  const { held = [] } = await navigator.locks.query();
  for (const { name = '' } of held) {
    if (name.startsWith(lockPrefix)) alive.add(name.slice(lockPrefix.length));
  }
  return alive;
}
