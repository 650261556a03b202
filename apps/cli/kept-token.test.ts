import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { chosenToken, keptToken } from './kept-token.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graft-token-'));
  return () => rm(folder, { recursive: true, force: true });
});

it('is the one that was chosen, but for an empty one', () => {
  expect(chosenToken(undefined)).toBeUndefined();
  expect(chosenToken('')).toBeUndefined();
  expect(chosenToken(' \n')).toBeUndefined();
  expect(chosenToken('0123456789abcde+/=\n')).toBe('0123456789abcde+/=');
  expect(() => chosenToken('0123456789abcde')).toThrow(/GRAFT_TOKEN is too short/);
});

it('is made once, for this user alone, and the same from then on', async () => {
  const state = path.join(folder, '.graft');
  const token = await keptToken(state);
  expect(token).toMatch(/^[\w-]{32}$/);
  expect(await keptToken(state)).toBe(token);
  const [name = ''] = await readdir(state);
  expect((await stat(path.join(state, name))).mode & 0o777).toBe(0o600);
});

it('is one for servers that start at once', async () => {
  const tokens = await Promise.all(Array.from({ length: 8 }, () => keptToken(folder)));
  expect(new Set(tokens).size).toBe(1);
  expect(await readdir(folder)).toHaveLength(1);
});

it.runIf(process.getuid !== undefined)('does not trust what others can read', async () => {
  const token = await keptToken(folder);
  const [name = ''] = await readdir(folder);
  await chmod(path.join(folder, name), 0o644);
  expect(await keptToken(folder)).not.toBe(token);
});

it('neither takes nor overwrites a file that is no token', async () => {
  const other = path.join(folder, 'other');
  await writeFile(other, 'something else', { mode: 0o600 });
  const state = path.join(folder, 'state');
  await keptToken(state);
  const [name = ''] = await readdir(state);
  await rm(path.join(state, name));
  await symlink(other, path.join(state, name));
  expect(await keptToken(state)).toMatch(/^[\w-]{32}$/);
  expect((await stat(other)).size).toBe('something else'.length);
});

it('is not the one that earlier servers gave away as a cookie', async () => {
  const old = 'x'.repeat(32);
  const file = path.join(folder, `token-${String(process.getuid?.() ?? 'user')}`);
  await writeFile(file, `${old}\n`, { mode: 0o600 });
  expect(await keptToken(folder)).not.toBe(old);
});
