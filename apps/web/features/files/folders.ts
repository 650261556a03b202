/** A folder with a `/` at its end (none for the workspace itself), and the files right in it. */
export interface Folder {
  readonly folder: string;
  readonly paths: readonly string[];
}

/** Without the extension that all of them have: `flow` stands before `flow-copy`. */
function stem(path: string): string {
  return path.replace(/\.graft\.json$/, '');
}

/** Paths by the folder they are in: first those of the workspace itself, then each folder in the order of names. */
export function byFolder(paths: readonly string[]): readonly Folder[] {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const own = folders.get(folder) ?? [];
    own.push(path);
    folders.set(folder, own);
  }
  return [...folders]
    .map(([folder, own]) => ({ folder, paths: own.sort((a, b) => (stem(a) < stem(b) ? -1 : 1)) }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}
