import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleTestUpload, type Bundle } from '../testing/bundle-test-worker.ts';
import { sentBody } from '../testing/sent-body.ts';
import { WorkspaceFiles } from './workspace-files.ts';

const files = { 'a.md': 'A', 'notes/b.md': 'B', 'notes/deep/c.md': 'C', 'empty.txt': '' };
let folder: string;
let uploader: Bundle;
beforeAll(async () => {
  uploader = await bundleTestUpload();
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-killed-')));
});
afterAll(async () => {
  await uploader.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Files of a workspace but its own state, with what is in them. */
async function all(root: string): Promise<Record<string, string>> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith('.graft/'));
  const texts = await Promise.all(paths.map((path) => readFile(join(root, path), 'utf8')));
  return Object.fromEntries(paths.map((path, at) => [path, texts[at] ?? '']));
}

describe.skipIf(process.platform === 'win32')('an upload whose server is killed with -9', () => {
  it.each([1, 2, 3, 4])(
    'before it places file %i of 4 leaves whole files, and is sent again',
    async (number) => {
      const root = join(folder, String(number));
      await mkdir(root);
      const args = [uploader.entry, root, String(number), JSON.stringify(files)];
      await expect(promisify(execFile)(process.execPath, args)).rejects.toMatchObject({
        signal: 'SIGKILL',
      });
      const left = await all(root);
      expect(Object.keys(left)).toHaveLength(number - 1);
      expect(files).toMatchObject(left);
      const uploads = new WorkspaceFiles({ root, scratchFolder: join(root, '.graft/scratch') });
      expect(await uploads.receive(sentBody(files), { renamed: false })).toEqual({
        paths: Object.keys(files),
        written: Object.keys(files).filter((path) => !Object.hasOwn(left, path)),
      });
      expect(await all(root)).toEqual(files);
    },
  );
});
