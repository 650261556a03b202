import { z } from 'zod';

/**
 * Unsaved work on a file, kept in this browser: the text, and the revision and text that it was made from,
 * so that a file which changed meanwhile can still be merged.
 */
const draftSchema = z.object({
  base: z.string().nullable(),
  baseText: z.string(),
  text: z.string(),
});
export type Draft = z.infer<typeof draftSchema>;

type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>;
const keyOf = (path: string): string => `graft.draft:${path}`;

export function readDraft(storage: Storage, path: string): Draft | undefined {
  try {
    const stored = storage.getItem(keyOf(path));
    if (stored === null) return undefined;
    const draft = draftSchema.safeParse(JSON.parse(stored));
    return draft.success ? draft.data : undefined;
  } catch {
    // Storage that is switched off or damaged holds no draft.
    return undefined;
  }
}

/** Returns false when the browser keeps nothing (storage full or switched off). */
export function keepDraft(storage: Storage, path: string, draft: Draft): boolean {
  try {
    storage.setItem(keyOf(path), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(storage: Storage, path: string): void {
  try {
    storage.removeItem(keyOf(path));
  } catch {
    // Nothing was kept.
  }
}
