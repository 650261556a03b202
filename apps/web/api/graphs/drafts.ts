import { readJson } from '@graft/view';
import { isRecord } from '@graft/graph';
import { aliveTabs, tabId } from './tab-id.ts';

/**
 * Unsaved work on a file, kept in this browser: the text, and the revision and text that it was made from,
 * so that a file which changed meanwhile can still be merged.
 */
export interface Draft {
  readonly base: string | null;
  readonly baseText: string;
  readonly text: string;
  /** When it was written, in ms since the epoch; drafts of before have none, and count as 0. */
  readonly at: number;
}

const prefix = 'graft.draft:';
/** Each tab keeps its own: two that draw on one file would overwrite each other's. */
const keyOf = (path: string, tab = tabId()): string => `${prefix}${tab}:${path}`;

interface Entry {
  readonly key: string;
  readonly tab: string;
  readonly path: string;
}

/** The drafts of a path that this browser holds. Those of before tabs had names have none. */
function entriesOf(path: string): readonly Entry[] {
  return Object.keys(localStorage).flatMap((key): Entry[] => {
    if (!key.startsWith(prefix)) return [];
    const rest = key.slice(prefix.length);
    if (rest === path) return [{ key, tab: '', path }];
    const tab = /^[0-9a-f]{32}(?=:)/.exec(rest)?.[0];
    return tab !== undefined && rest === `${tab}:${path}` ? [{ key, tab, path }] : [];
  });
}

function readKey(key: string): Draft | undefined {
  const stored = readJson(localStorage.getItem(key));
  if (!isRecord(stored)) return undefined;
  const { base, baseText, text, at = 0 } = stored;
  const isBase = base === null || typeof base === 'string';
  if (!isBase || typeof baseText !== 'string' || typeof text !== 'string') return undefined;
  return typeof at === 'number' ? { base, baseText, text, at } : undefined;
}

/**
 * This tab's unsaved work on a file. Where it has none, the newest that a tab left behind which is gone: closed,
 * or crashed. That becomes this tab's own.
 */
export async function takeDraft(path: string): Promise<Draft | undefined> {
  try {
    const own = readKey(keyOf(path));
    if (own !== undefined) return own;
    const alive = await aliveTabs();
    const left = entriesOf(path)
      .filter(({ tab }) => !alive.has(tab))
      .map((entry) => ({ ...entry, draft: readKey(entry.key) }))
      .sort((a, b) => (b.draft?.at ?? 0) - (a.draft?.at ?? 0));
    const [newest] = left;
    if (newest?.draft === undefined) return undefined;
    if (keepDraft(path, newest.draft)) localStorage.removeItem(newest.key);
    return newest.draft;
  } catch {
    // Storage that is switched off or damaged holds no draft.
    return undefined;
  }
}

/** Whether this tab has unsaved work on a file. */
export function hasDraft(path: string): boolean {
  try {
    return localStorage.getItem(keyOf(path)) !== null;
  } catch {
    return false;
  }
}

/** Returns false when the browser keeps nothing (storage full or switched off). */
export function keepDraft(path: string, draft: Omit<Draft, 'at'>): boolean {
  try {
    localStorage.setItem(keyOf(path), JSON.stringify({ ...draft, at: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

/** Drops this tab's draft. */
export function dropDraft(path: string): void {
  try {
    localStorage.removeItem(keyOf(path));
  } catch {
    // Nothing was kept.
  }
}

/**
 * Drops the drafts of a path: another file has the name now. Those of other tabs that are open stay, where the file that is gone
 * may still be drawn.
 */
export async function forgetDrafts(path: string): Promise<void> {
  try {
    const alive = await aliveTabs();
    for (const { key, tab } of entriesOf(path))
      if (tab === tabId() || !alive.has(tab)) localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

/** Takes the drafts of a file along when it is renamed. */
export async function moveDrafts(from: string, to: string): Promise<void> {
  await forgetDrafts(to);
  try {
    for (const { key, tab } of entriesOf(from)) {
      const text = localStorage.getItem(key);
      localStorage.removeItem(key);
      if (text !== null) localStorage.setItem(tab === '' ? prefix + to : keyOf(to, tab), text);
    }
  } catch {
    // Nothing was kept, or there is no room: the graph on the screen is written again with its next change.
  }
}
