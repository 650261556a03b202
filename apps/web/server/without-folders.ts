import { homedir } from 'node:os';
import { sep } from 'node:path';

/** Paths below the workspace as everywhere on the page, others below the home folder by `~`: not where this machine keeps them. */
export function withoutFolders(text: string, root: string | undefined): string {
  const short = root === undefined ? text : text.replaceAll(root + sep, '').replaceAll(root, '.');
  return short.replaceAll(homedir() + sep, `~${sep}`);
}
