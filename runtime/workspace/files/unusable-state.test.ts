import { chmod, mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mountReadOnly } from '@graft/kit/testing';
import { openStateFolder } from './state-folder.ts';
import { file, graphText, PackageBench, runOf } from '../testing/test-packages.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace } from '../workspace.ts';

describe('a state folder that cannot be made', () => {
  let top: string;
  beforeAll(async () => {
    top = await realpath(await mkdtemp(join(tmpdir(), 'graft-unusable-')));
    await mkdir(join(top, 'plain'));
    await symlink('/nowhere/at/all', join(top, 'dangling'));
    await writeFile(join(top, 'text'), 'a file');
    await symlink(join(top, 'text'), join(top, 'linked'));
  });
  afterAll(() => rm(top, { recursive: true, force: true }));

  it.each([
    [
      'dangling',
      /dangling is a link to \/nowhere\/at\/all, which does not exist\. Create that folder/,
    ],
    ['text', /text is a file, but Graft needs a folder there for its state\. Move the file away/],
    ['linked', /linked is a file/],
    ['text/state', /text is a file/],
    ['dangling/state', /dangling is a link to/],
  ])('since %s stands there is told with what to do', async (name, message) => {
    const opening = openStateFolder(join(top, name));
    await expect(opening).rejects.toMatchObject({ code: 'state-unusable', audience: 'operator' });
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow('GRAFT_STATE');
  });

  it('on a disk that is read-only is told with what to do', async ({ skip }) => {
    const mounted = mountReadOnly(join(top, 'plain'));
    if (mounted === undefined) return skip('mounting read-only needs root');
    try {
      const opening = openStateFolder(join(mounted.folder, '.graft'));
      await expect(opening).rejects.toMatchObject({ code: 'state-unusable' });
      await expect(opening).rejects.toThrow(
        /cannot create the state folder .*\.graft: the disk is read-only/,
      );
    } finally {
      mounted.unmount();
    }
  });
});

describe.skipIf(process.getuid === undefined)('a state folder', () => {
  let top: string;
  beforeAll(async () => {
    top = await realpath(await mkdtemp(join(tmpdir(), 'graft-private-')));
  });
  afterAll(() => rm(top, { recursive: true, force: true }));

  const mode = async (path: string): Promise<string> =>
    ((await stat(path)).mode & 0o777).toString(8);

  it('is made for its owner alone, those above it as others are', async () => {
    const state = join(top, 'above', 'state');
    await openStateFolder(state);
    expect(await mode(state)).toBe('700');
    expect(await mode(join(top, 'above'))).not.toBe('700');
  });

  it.each([
    ['755', '700'],
    ['775', '770'],
    ['777', '777'],
    ['700', '700'],
  ])('of before with mode %s gets %s: who may not write may not read', async (before, after) => {
    const state = await mkdtemp(join(top, 'old-'));
    await writeFile(join(state, 'index.db'), '');
    await chmod(state, parseInt(before, 8));
    await openStateFolder(state);
    expect(await mode(state)).toBe(after);
  });

  it('that is empty is closed before its first use', async () => {
    const state = await mkdtemp(join(top, 'empty-'));
    await chmod(state, 0o755);
    await openStateFolder(state);
    expect(await mode(state)).toBe('700');
  });

  it('that holds no state yet keeps its mode: it may be anything that GRAFT_STATE names', async () => {
    const state = await mkdtemp(join(top, 'other-'));
    await writeFile(join(state, 'notes.txt'), 'of somebody');
    await chmod(state, 0o755);
    await openStateFolder(state);
    expect(await mode(state)).toBe('755');
  });
});

describe('a workspace on a disk that is read-only', () => {
  const bench = new PackageBench();

  it('says so, whatever is to write into its state', async ({ skip }) => {
    const anna = await bench.packed();
    const root = anna.root;
    await anna[Symbol.asyncDispose]();
    const mounted = mountReadOnly(root);
    if (mounted === undefined) return skip('mounting read-only needs root');
    try {
      await using workspace = await openWorkspace({
        root: mounted.folder,
        registry: workerTestRegistry,
      });
      const run = (await workspace.journal.list({ limit: 1 }))[0];
      const steps = await workspace.journal.steps(run?.id ?? '');
      const artifact = steps[0]?.outputs['documents'];
      if (artifact === undefined) throw new Error('no output');
      const { revision } = await workspace.graphs.read(file);
      const tries: Record<string, () => Promise<unknown>> = {
        collect: () => workspace.storage.collect(0),
        unpack: () => workspace.packages.unpack(bench.archive, bench.archive),
        save: () => workspace.graphs.save(file, `${graphText}\n`, revision),
        freeze: () =>
          workspace.frozen.write({ graph: file, node: 'files', port: 'documents', artifact }),
        run: () => runOf(workspace),
        pack: () => workspace.packages.pack(file, {}, join(mounted.folder, 'sent.graft.zip')),
        send: () => workspace.packages.packStream(file, {}),
      };
      for (const [name, attempt] of Object.entries(tries)) {
        await expect(attempt(), name).rejects.toMatchObject({
          code: 'state-unusable',
          audience: 'operator',
        });
      }
    } finally {
      mounted.unmount();
    }
  });
});
