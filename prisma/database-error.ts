import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { GraphError } from '@graft/graph';

/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
const busy = 5;
const locked = 6;
const readOnly = 8;
const ioError = 10;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const constraint = 19;
const notADatabase = 26;

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const raw = 'rawCode' in error && typeof error.rawCode === 'number' ? error.rawCode : undefined;
  if (raw !== undefined && raw !== 0) return raw & 0xff;
  // Errors of opening carry no code.
  if (/database is locked/.test(error.message)) return busy;
  if (/not a database/.test(error.message)) return notADatabase;
  if (/unable to open/i.test(error.message)) return cannotOpen;
  if (/disk is full/.test(error.message)) return full;
  return undefined;
}

export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === busy || code === locked;
}

/** What SQLite threw, as an error that says which file is concerned and what to do. */
export function databaseError(error: unknown, path: string): GraphError {
  if (error instanceof GraphError) return error;
  const options = { location: { file: path }, audience: 'operator', cause: error } as const;
  const detail = error instanceof Error ? error.message : String(error);
  const code = primaryCode(error);
  // SQLite says so when it cannot make the file that its readers share.
  switch (code === ioError && isDiskFull(path) ? full : code) {
    case busy:
    case locked:
      return new GraphError(
        'store-locked',
        `Another program holds the database ${path} and did not release it in time. Close other Graft processes or database browsers that use it, then try again.`,
        options,
      );
    case full:
      return new GraphError(
        'no-space',
        `No space is left on the disk of ${path}. Free some, for instance with "graft cache gc --max-size", then try again.`,
        options,
      );
    case corrupt:
    case notADatabase:
      return new GraphError(
        'store-damaged',
        `${path} is damaged or is not a database. It holds only run history and the cache's index: move it away, and Graft writes a new one.`,
        options,
      );
    case readOnly:
    case cannotOpen:
    case ioError:
      return new GraphError(
        'state-unusable',
        `The database ${path} cannot be used (${detail}). Check that its folder exists and that you may write there, or name another folder with GRAFT_STATE.`,
        options,
      );
    case constraint:
      return new GraphError('internal', `The database ${path} refused a record: ${detail}`, {
        ...options,
        audience: 'developer',
      });
    default:
      return GraphError.from(error, { file: path });
  }
}

function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < 256 * 1024;
  } catch {
    return false;
  }
}
