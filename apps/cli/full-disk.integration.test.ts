import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseGraph, serializeGraph } from '@graft/graph';
import { mountSmallDisk } from '@graft/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft, temporaryFolder, type Finished } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

const file = 'flow.graft.json';
const disk = mountSmallDisk(8);

describe.skipIf(disk === undefined)('on a disk that is full', () => {
  const small = disk?.folder ?? '';
  let state: string;
  const there = (...args: string[]): Promise<Finished> =>
    graft(args, { cwd: small, env: { GRAFT_STATE: path.join(state, 'state') } });
  beforeAll(async () => {
    // What is full is the disk of the workspace, not that of its state.
    state = await temporaryFolder();
    await mkdir(path.join(small, 'corpus'));
    await writeFile(path.join(small, 'corpus/a.txt'), 'All about a.\n'.repeat(5_000));
    const nodes = graphText({ files: ['load-files', { paths: ['corpus'] }], chunk: ['chunk'] }, [
      'files.documents -> chunk.documents',
    ]);
    await writeFile(path.join(small, file), serializeGraph(parseGraph(nodes)));
    expect((await there('run', file)).code).toBe(0);
  });
  afterAll(async () => {
    disk?.unmount();
    await rm(state, { recursive: true, force: true });
  });

  it('leaves each file as it was, and says so', async () => {
    await writeFile(path.join(small, 'corpus/b.txt'), 'B');
    await mkdir(path.join(small, 'outputs'));
    const written = ['run.html', 'run.md', 'outputs/chunk.chunks.jsonl'];
    for (const file of written) await writeFile(path.join(small, file), 'Mine.');
    const before = await readFile(path.join(small, file), 'utf8');
    const names = [...(await readdir(small)), 'filler'].sort();
    disk?.fill();
    const tries = [
      ['lock', file],
      ['export', 'latest', '--workspace', '.', '--format', 'html', '--out', 'run.html'],
      ['export', 'latest', '--workspace', '.', '--format', 'md', '--out', 'run.md'],
      ['run', file, '--out', 'outputs'],
    ];
    for (const args of tries) {
      const end = await there(...args);
      expect([end.code, end.stderr], args.join(' ')).toEqual([
        1,
        expect.stringMatching(/The disk is full: .*not (saved|written).*Free some space/),
      ]);
    }
    expect(await readFile(path.join(small, file), 'utf8')).toBe(before);
    for (const file of written) {
      expect(await readFile(path.join(small, file), 'utf8'), file).toBe('Mine.');
    }
    expect((await readdir(small)).sort()).toEqual(names);
  });
});
