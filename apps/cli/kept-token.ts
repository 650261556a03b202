import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { GraphError } from '@graft/graph';

const shape = /^[\w-]{32}$/;
/** Characters of a chosen token: a shorter one can be guessed. */
const shortest = 16;

/** The token that a person chose; undefined where there is none, as of `GRAFT_TOKEN=`. Throws `bad-param` for a short one. */
export function chosenToken(text: string | undefined): string | undefined {
  const token = text?.trim() ?? '';
  if (token === '') return undefined;
  if (token.length >= shortest) return token;
  throw new GraphError(
    'bad-param',
    `GRAFT_TOKEN is too short. Set at least ${String(shortest)} random characters, or unset it to use the token of the workspace.`,
  );
}

/** The token in a file that only this user can read and nobody else can have put there. */
async function ownToken(file: string): Promise<string | undefined> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    const mine = process.getuid === undefined || stats.uid === process.getuid();
    const secret = process.platform === 'win32' || (stats.mode & 0o077) === 0;
    if (!stats.isFile() || !mine || !secret) return undefined;
    const text = (await readFile(handle, 'utf8')).trim();
    return shape.test(text) ? text : undefined;
  } finally {
    await handle.close();
  }
}

/**
 * The token that this user's servers of a workspace demand: the same each time, so that tabs and bookmarks outlive a
 * restart. A folder that cannot be written keeps none, and each server then has one of its own.
 */
export async function keptToken(stateFolder: string): Promise<string> {
  // Not `token-…`: the token of that file was a cookie, which browsers sent to every other server of the host.
  const file = path.join(stateFolder, `access-${process.getuid?.() ?? 'user'}`);
  const known = await ownToken(file);
  if (known !== undefined) return known;
  const token = randomBytes(24).toString('base64url');
  const staged = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(stateFolder, { recursive: true });
    const handle = await open(staged, 'wx', 0o600);
    try {
      await handle.writeFile(`${token}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(staged, file);
  } catch (error) {
    // Another server of this user was quicker; or what stands there is not to be trusted, or nothing can be written.
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    return (exists ? await ownToken(file) : undefined) ?? token;
  } finally {
    await rm(staged, { force: true });
  }
  return token;
}
