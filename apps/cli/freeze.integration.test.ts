import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { temporaryFolder } from './testing/graft-process.ts';

const file = 'freeze.graft.json';
const ask = { type: 'questions', version: 1, params: { questions: 'When?\nWhere?' } };
const graph = {
  graft: 1,
  nodes: { ask, inner: { type: 'graph', version: 1, params: { use: '#inner' } } },
  edges: [],
  graphs: {
    inner: {
      nodes: { ask, out: { type: 'output', version: 1, params: { name: 'asked' } } },
      edges: ['ask.questions -> out.value'],
    },
  },
};

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('freezes what a node of the file gave, and writes nothing for one of a graph that it uses', async () => {
  await writeFile(path.join(folder, file), JSON.stringify(graph));
  expect(await graft(['run', file], { cwd: folder })).toMatchObject({ code: 0 });

  const within = await graft(['freeze', file, 'inner/ask.questions'], { cwd: folder });
  expect(within.code).toBe(2);
  expect(within.stderr).toContain('"inner/ask" is in a subgraph');
  expect((await readdir(folder)).sort()).toEqual(['.graft', file]);

  const own = await graft(['freeze', file, 'ask.questions'], { cwd: folder });
  expect(own).toMatchObject({ code: 0, stderr: '' });
  const rows = await readFile(path.join(folder, 'frozen/freeze/ask.questions.jsonl'), 'utf8');
  expect(rows.trim().split('\n')).toHaveLength(2);
  expect(JSON.parse(await readFile(path.join(folder, file), 'utf8')).nodes.ask.type).toBe(
    'load-rows',
  );
  expect(await graft(['run', file], { cwd: folder })).toMatchObject({ code: 0 });
});
