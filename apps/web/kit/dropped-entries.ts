import type { FileToSend } from '@graft/view';
import { useScreen } from './stores.ts';

/** Files of one drop, as many as the server takes at once. */
const mostFiles = 2_000;

/** A file or a folder, as browsers tell of what is dropped. */
export interface Entry {
  readonly name: string;
  file?(take: (file: File) => void, fail: (error: Error) => void): void;
  createReader?(): {
    readEntries(take: (entries: readonly Entry[]) => void, fail: (error: Error) => void): void;
  };
}

/** All that is in a folder: it is told a part at a time. */
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

/** The files of what was dropped, those in folders with the way to them; nothing hidden. Throws where there are none, or too many. */
export async function filesIn(entries: readonly Entry[]): Promise<readonly FileToSend[]> {
  const found: FileToSend[] = [];
  const walk = async (entry: Entry, way: string): Promise<void> => {
    // The workspace shows nothing that is hidden either.
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

/** Takes what was dropped: files, and folders with all that is in them; `refuse` is told why it cannot be. Called while the drop is heard: later the browser tells nothing of it. */
export function takeDropped(
  data: DataTransfer,
  take: (files: readonly FileToSend[]) => void,
  refuse: (why: string) => void = tell,
): void {
  const files = [...data.files];
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (!entries.some(({ isDirectory }) => isDirectory)) {
    if (files.length > 0) take(files.map(asSent));
    return;
  }
  filesIn(entries).then(take, (error: unknown) =>
    refuse(error instanceof Error ? error.message : String(error)),
  );
}

/** A file that lies in no folder. */
export const asSent = (file: File): FileToSend => ({ path: file.name, file });

/** What was brought, as nodes read it: of a folder the folder, where folders are taken. `paths` are where `files` went. */
export function broughtPaths(
  files: readonly FileToSend[],
  paths: readonly string[],
  { folder, folders }: { readonly folder: string; readonly folders: boolean },
): readonly string[] {
  if (!folders) return paths;
  const way = folder === '' ? '' : `${folder}/`;
  const brought = files.map(({ path }, at) => {
    const to = paths[at] ?? way + path;
    // What got another name stands beside another of its own, which is not meant.
    return path.includes('/') && to === way + path ? way + (path.split('/')[0] ?? '') : to;
  });
  return [...new Set(brought)];
}
