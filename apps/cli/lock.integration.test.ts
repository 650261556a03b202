import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseGraph, serializeGraph, type Lock } from '@graft/graph';
import { beforeAll, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { temporaryFolder, type Finished } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

const file = 'flow.graft.json';
let folder: string;
const there = (...args: string[]): Promise<Finished> => graft(args, { cwd: folder });
const text = (): Promise<string> => readFile(path.join(folder, file), 'utf8');
const lock = async (): Promise<Lock> => parseGraph(await text()).lock;
const edit = (words: string): Promise<void> => writeFile(path.join(folder, 'corpus/a.txt'), words);

beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(path.join(folder, 'corpus'));
  await edit('All about a.');
  const nodes = graphText({ files: ['load-files', { paths: ['corpus'] }] });
  await writeFile(path.join(folder, file), serializeGraph(parseGraph(nodes)));
});

it('a run with settings writes no lock, the first plain one does, and those after it never', async () => {
  const before = await text();
  await there('run', file, '--set', 'files.paths=["corpus/a.txt"]');
  expect(await text()).toBe(before);
  expect((await there('run', file)).code).toBe(0);
  const locked = await text();
  expect((await lock()).files['corpus']).toMatchObject({ size: 12 });
  await edit('Now of something else.');
  const again = await there('run', file);
  expect(again.code).toBe(0);
  expect(again.stderr).toMatch(/note "corpus" has changed since it was locked/);
  expect(again.stderr).toContain(`run graft lock ${file}.`);
  expect(await text()).toBe(locked);
});

it('plan says what has changed; --locked refuses it until it is taken', async () => {
  const plan = await there('plan', file);
  expect(plan.code).toBe(0);
  expect(plan.stderr).toContain('"corpus" has changed since it was locked');
  for (const command of ['plan', 'run']) {
    const refused = await there(command, file, '--locked');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`Accept the change with \`graft lock ${file}\``);
  }
  expect((await there('lock', file)).code).toBe(0);
  expect((await lock()).files['corpus']).toMatchObject({ size: 22 });
  const kept = await there('run', file, '--locked');
  expect(kept.code).toBe(0);
  expect(kept.stderr).not.toContain('has changed since it was locked');
});

it('--locked refuses what nobody has locked', async () => {
  const { files: _, ...others } = await lock();
  const graph = parseGraph(await text());
  await writeFile(
    path.join(folder, file),
    serializeGraph({ ...graph, lock: { ...others, files: {} } }),
  );
  const refused = await there('run', file, '--locked');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('"corpus" is not in the graph');
});
