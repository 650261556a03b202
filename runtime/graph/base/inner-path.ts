/**
 * Whether a path that stands in a file may be joined to a folder: relative, with forward slashes, without `..`,
 * empty or dotted parts, drive letters or control characters. Says nothing of links.
 */
export function isInnerPath(path: string): boolean {
  return (
    path.length <= 1024 &&
    !/[\\:\p{Cc}]/u.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
