/** What node ids and port names look like: they begin with a letter or digit, so none is `__proto__`. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,199}$/;

/** What `namePattern` asks for, in words. */
export const nameRule = 'Use letters, digits, "-" and "_", and begin with a letter or digit.';

/** A readable id that is not taken: the name itself, else with a number behind it. */
export function freeId(name: string, taken: (id: string) => boolean): string {
  if (!taken(name)) return name;
  let number = 2;
  while (taken(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}

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
