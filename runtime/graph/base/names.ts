/** Form of node ids and port names: a letter or digit first, so none is `__proto__`. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,199}$/;

/** The rule of `namePattern` in words. */
export const nameRule = 'Use letters, digits, "-" and "_", and begin with a letter or digit.';

/** Returns the name itself if it is free, else the name with the first free number appended. */
export function freeId(name: string, taken: (id: string) => boolean): string {
  if (!taken(name)) return name;
  let number = 2;
  while (taken(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}

/**
 * Whether a path from a file may be joined to a folder: relative, with forward slashes, without `..`, empty or dotted
 * parts, drive letters or control characters. Does not check links.
 */
export function isInnerPath(path: string): boolean {
  return (
    path.length <= 1024 &&
    !/[\\:\p{Cc}]/u.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
