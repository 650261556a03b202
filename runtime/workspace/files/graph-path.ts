import { GraphError } from '@graft/graph';

/** What graph files are called. */
export const graphSuffix = '.graft.json';

/** Bytes that a file system gives to a name. */
const maxName = 255;
/** Folders that a name may lead through: no project is nested deeper, and no system has to walk more. */
const maxFolders = 64;
/**
 * Characters that some system does not allow in names, or that nobody sees: some turn what follows around. Two of them join or
 * part letters, as Persian and emoji need.
 */
const forbidden = /[\\:*?"<>|\p{Cc}]|(?![\u200c\u200d])\p{Cf}/u;

/** What a shell may read as the home folder of an account; `~$report.docx` is an open document. */
const homeFolder = /^~[\p{L}\p{N}_.+-]*$/u;

/** What Windows keeps for devices, in any folder and with any ending. */
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** The short name that Windows also has for a file or folder, hidden ones included: `GIT~1` is `.git`. */
const shortName = /^.{1,6}~\d/u;

/** A name as the least careful disk compares it. */
const folded = (name: string): string =>
  name
    .replace(/\p{Cf}/gu, '')
    .normalize('NFKC')
    .toLowerCase();

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * Lets the page's API touch graph files only, and none in a hidden folder: `.git` and the state folder hold
 * files of others. `path` is below the workspace, with `/`. Throws `bad-name`.
 */
export function requireGraphPath(path: string): void {
  const stem = nameOf(path).slice(0, -graphSuffix.length);
  if (!path.endsWith(graphSuffix) || stem === '') {
    throw badName(path, `The name of a graph file must end in ${graphSuffix}.`);
  }
  requireVisible(path);
}

/**
 * Whether a path below the workspace is in no hidden folder, nor in node_modules, and is none. Some disks do not tell
 * upper case from lower case, nor a character from another way to write it.
 */
export function isVisible(path: string): boolean {
  return !path
    .split('/')
    .map(folded)
    .some((part) => part.startsWith('.') || part === 'node_modules');
}

/** Of `path`, or of what it leads to by links. Throws `bad-name`. */
export function requireVisible(path: string, leadsTo: string = path): void {
  if (!isVisible(leadsTo)) {
    throw badName(
      path,
      'Graft writes no files in hidden folders or in node_modules. Choose another folder.',
    );
  }
}

/** As `requireGraphPath`, for a name that somebody makes up: every system has to be able to write it. */
export function requireNewGraphPath(path: string): void {
  requirePortablePath(path, graphSuffix);
  requireGraphPath(path);
}

/**
 * A path below the workspace that every system can write; what it ends in, as all of its kind do, is no part of the
 * name. Throws `bad-name`.
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
