/** The folder of a path that is being typed, and the start of the name in it; undefined if it is no plain path. */
export function pathParts(
  text: string,
): { readonly folder: string; readonly begun: string } | undefined {
  const parts = text.split('/');
  const begun = parts.pop() ?? '';
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  if (/[*?[\]{}!()]/.test(text)) return undefined;
  return { folder: parts.join('/'), begun };
}

/** Whether a field accepts a file or folder of the workspace, by the endings that it takes; `/` stands for folders. */
export function isTaken(
  { name, folder }: { readonly name: string; readonly folder: boolean },
  takes: readonly string[] | undefined,
): boolean {
  if (takes === undefined) return true;
  if (folder) return takes.includes('/');
  return takes.some((end) => name.toLowerCase().endsWith(end));
}

/** The folder of a path or pattern, as far as it is fixed: `notes` of `notes/*.md`; `''` for the workspace. */
export function folderOf(pattern: string): string {
  const parts = pattern.split('/').slice(0, -1);
  const end = parts.findIndex((part) => /[*?[\]{}!()]|^\.\.?$|^$/.test(part));
  return parts.slice(0, end === -1 ? undefined : end).join('/');
}
