import { GraphError } from '@graft/graph';

/** Suffix of graph files. */
export const graphSuffix = '.graft.json';

/** Most bytes of a file name; the limit of common file systems. */
const maxName = 255;
/** Most folders in a path: deeper than any project, but cheap to walk. */
const maxFolders = 64;
/**
 * Characters that some system forbids in names, or that are invisible, such as those that reverse the text direction.
 * Allows the two joiners (U+200C, U+200D), which Persian and emoji need.
 */
const forbidden = /[\\:*?"<>|\p{Cc}]|(?![\u200c\u200d])\p{Cf}/u;

/** A name that a shell may expand to an account's home folder. `~$report.docx`, an open document, is not one. */
const homeFolder = /^~[\p{L}\p{N}_.+-]*$/u;

/** Names that Windows reserves for devices, in any folder and with any extension. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** The short name that Windows also has for a file or folder, hidden ones included: `GIT~1` is `.git`. */
const shortName = /^.{1,6}~\d/u;

/** A name as the least strict file system compares it. */
const folded = (name: string): string =>
  name
    .replace(/\p{Cf}/gu, '')
    .normalize('NFKC')
    .toLowerCase();

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * Limits the page's API to graph files outside hidden folders: `.git` and the state folder belong to other programs.
 * `path` is relative to the workspace, with `/`. Throws `bad-name`.
 */
export function requireGraphPath(path: string): void {
  const stem = nameOf(path).slice(0, -graphSuffix.length);
  if (!path.endsWith(graphSuffix) || stem === '') {
    throw badName(path, `The name of a graph file must end in ${graphSuffix}.`);
  }
  requireVisible(path);
}

/**
 * Whether no part of a path below the workspace is hidden or `node_modules`. Compares folded names, because some file
 * systems ignore case and Unicode normalization.
 */
export function isVisible(path: string): boolean {
  return !path
    .split('/')
    .map(folded)
    .some((part) => part.startsWith('.') || part === 'node_modules');
}

/** Requires that `path`, and the target of its links, is visible. Throws `bad-name`. */
export function requireVisible(path: string, leadsTo: string = path): void {
  if (!isVisible(leadsTo)) {
    throw badName(
      path,
      'Graft writes no files in hidden folders or in node_modules. Choose another folder.',
    );
  }
}

/** As `requireGraphPath`, for a new name, which must be valid on every system. */
export function requireNewGraphPath(path: string): void {
  requirePortablePath(path, graphSuffix);
  requireGraphPath(path);
}

/**
 * Requires a path below the workspace that every system can write. `suffix`, such as `.graft.json`, does not count as
 * part of the name. Throws `bad-name`.
 */
export function requirePortablePath(path: string, suffix = ''): void {
  const parts = path.split('/');
  const names = parts.map(folded);
  if (path.startsWith('/') || names.includes('..')) {
    throw badName(
      path,
      'A name must lead to a place in the workspace, so it must not contain ".." or begin with "/".',
    );
  }
  if (parts.some((part) => part.trim() === '') || names.includes('.')) {
    throw badName(path, 'Each folder and the file need a name.');
  }
  if (parts.length > maxFolders + 1) {
    throw badName(
      path.slice(0, 200),
      `A name may lead through at most ${String(maxFolders)} folders.`,
    );
  }
  if (homeFolder.test(names[0] ?? '')) {
    throw badName(
      path,
      'A name must not begin with "~", which shells read as the home folder. Choose another name.',
    );
  }
  if (names.some((name) => shortName.test(name))) {
    throw badName(
      path,
      'Windows reads names like "GIT~1" as short names of other files. Choose another name.',
    );
  }
  if (names.some((part) => /%(?:2e|2f|5c|00)/i.test(part))) {
    throw badName(
      path,
      'Browsers read "%2e", "%2f", "%5c" and "%00" in a name as other characters. Choose another name.',
    );
  }
  const bad = forbidden.exec(path)?.[0];
  if (bad !== undefined) {
    throw badName(path, `A name cannot contain ${shownCharacter(bad)}. Remove it.`);
  }
  const name = nameOf(path);
  const stem = name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name;
  if ([...parts.slice(0, -1), stem].some((part) => part !== part.trim() || part.endsWith('.'))) {
    throw badName(path, 'A name must not begin or end with a space, or end with a full stop.');
  }
  const device = parts.find((part) => deviceName.test(part));
  if (device !== undefined) {
    throw badName(
      path,
      `Windows reserves the name "${device.split('.', 1)[0] ?? ''}". Choose another name, so that the file opens everywhere.`,
    );
  }
  if (parts.some((part) => Buffer.byteLength(part) > maxName)) {
    throw badName(path, `A name may have at most ${String(maxName)} bytes. Choose a shorter name.`);
  }
}

function shownCharacter(character: string): string {
  if (/[!-~]/.test(character)) return `"${character}"`;
  return /[\p{Cc}\p{Bidi_Control}]/u.test(character)
    ? 'control characters'
    : 'invisible characters';
}

function badName(path: string, message: string): GraphError {
  return new GraphError('bad-name', message, { location: { file: path } });
}
