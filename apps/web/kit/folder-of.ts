/** The folder that a path or a pattern is in, as far as it is named: `notes` of `notes/*.md`; `''` for the workspace. */
export function folderOf(pattern: string): string {
  const parts = pattern.split('/').slice(0, -1);
  const end = parts.findIndex((part) => /[*?[\]{}!()]|^\.\.?$|^$/.test(part));
  return parts.slice(0, end === -1 ? undefined : end).join('/');
}
