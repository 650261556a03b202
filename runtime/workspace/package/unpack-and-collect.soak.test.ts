import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseGraph } from '@graft/graph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleTestUnpack, type Bundle } from '../testing/bundle-test-worker.ts';
import { file, PackageBench, runOf } from '../testing/test-packages.ts';

const bench = new PackageBench();
let unpacker: Bundle;
beforeAll(async () => {
  unpacker = await bundleTestUnpack();
});
afterAll(() => unpacker.remove());

/** Many results of their own, so that a package of them takes a while to come. */
const manySources = (from: number): string =>
  JSON.stringify({
    graft: 1,
    nodes: Object.fromEntries(
      Array.from({ length: 150 }, (_, i) => [
        `n${String(i)}`,
        { type: 'number', version: 1, params: { value: from + i } },
      ]),
    ),
    edges: [],
  });

it('a collection in another process takes nothing of a package that is being unpacked', async () => {
  const graph = manySources(1);
  const anna = await bench.workspace('anna');
  await writeFile(join(anna.root, file), graph);
  await runOf(anna, file, graph);
  await anna.packages.pack(file, { artifacts: true }, bench.archive);

  const ben = await bench.workspace('ben');
  // As much of ben's own, older: that is what a collection is to take.
  await runOf(ben, 'own.graft.json', manySources(1_001));
  let size = 0;
  for await (const artifact of ben.artifacts.list()) size += artifact.size;
  const args = [unpacker.entry, ben.root, '', bench.archive];
  const unpacking = { done: false };
  const child = promisify(execFile)(process.execPath, args).finally(() => {
    unpacking.done = true;
  });
  let collections = 0;
  while (!unpacking.done) {
    await ben.storage.collect(size);
    collections++;
  }
  await child;
  await ben.storage.collect(size);
  expect(collections).toBeGreaterThan(3);
  expect(await ben.runs.explain(parseGraph(graph), file)).toMatchObject({ reused: 150, toRun: 0 });
});
