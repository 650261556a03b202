import type { FileToSend } from '@graft/view';
import type { DroppedData, Entry } from './dropped-data.ts';
import { useScreen } from './stores.ts';

/** The most files of one drop: the server takes no more at once. */
const mostFiles = 2_000;

/** The content of a folder, which the browser returns in batches. */
async function entriesIn(reader: ReturnType<NonNullable<Entry['createReader']>>) {
  const all: Entry[] = [];
  for (;;) {
    const batch = await new Promise<readonly Entry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) break;
    all.push(...batch);
  }
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The dropped files, with their paths inside dropped folders; without hidden ones. Throws if there are none or too
 * many.
 */
export async function filesIn(entries: readonly Entry[]): Promise<readonly FileToSend[]> {
  const found: FileToSend[] = [];
  const walk = async (entry: Entry, way: string): Promise<void> => {
    // The workspace hides them, too.
    if (entry.name.startsWith('.')) return;
    const path = way + entry.name;
    const reader = entry.createReader?.();
    if (reader !== undefined) {
      for (const child of await entriesIn(reader)) await walk(child, `${path}/`);
      return;
    }
    if (found.length === mostFiles) {
      const most = mostFiles.toLocaleString('en');
      throw new Error(
        `${way.split('/')[0] || 'The dropped folder'} has more than ${most} files. Copy it into the workspace’s folder yourself, or drop a part of it.`,
      );
    }
    const file = await new Promise<File>((resolve, reject) => entry.file?.(resolve, reject));
    found.push({ path, file });
  };
  for (const entry of entries) await walk(entry, '');
  if (found.length === 0) {
    const names = entries.map(({ name }) => name).join(', ');
    throw new Error(`${names} contains no files. Nothing was added.`);
  }
  return found;
}

const tell = (message: string): void => useScreen.getState().notify({ tone: 'error', message });

/** Takes dropped files, and folders with their content; tells `refuse` why it cannot. */
export function takeDropped(
  { files, entries }: DroppedData,
  take: (files: readonly FileToSend[]) => void,
  refuse: (why: string) => void = tell,
): void {
  if (!entries.some(({ isDirectory }) => isDirectory === true)) {
    if (files.length > 0) take(files.map(asSent));
    return;
  }
  filesIn(entries).then(take, (error: unknown) =>
    refuse(error instanceof Error ? error.message : String(error)),
  );
}

/** A file outside any folder. */
export const asSent = (file: File): FileToSend => ({ path: file.name, file });

/**
 * The uploaded files as a node reads them: a folder as its own path, if folders are allowed. `paths` are where `files`
 * went.
 */
export function broughtPaths(
  files: readonly FileToSend[],
  paths: readonly string[],
  { folder, folders }: { readonly folder: string; readonly folders: boolean },
): readonly string[] {
  if (!folders) return paths;
  const way = folder === '' ? '' : `${folder}/`;
  const brought = files.map(({ path }, at) => {
    const to = paths[at] ?? way + path;
    // A renamed file means that the folder also holds an older one, which was not meant.
    return path.includes('/') && to === way + path ? way + (path.split('/')[0] ?? '') : to;
  });
  return [...new Set(brought)];
}
