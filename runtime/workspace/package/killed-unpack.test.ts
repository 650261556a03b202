import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleTestUnpack, type Bundle } from '../testing/bundle-test-worker.ts';
import { entriesOf, moments, packMany, unpackAndKill } from '../testing/killed-unpack.ts';
import { PackageBench } from '../testing/test-packages.ts';

const bench = new PackageBench();
let unpacker: Bundle;
beforeAll(async () => {
  unpacker = await bundleTestUnpack();
});
afterAll(() => unpacker.remove());

it('a package whose unpacking is killed is there as a whole or not at all, and comes the next time', async () => {
  const whole = await packMany(bench, 40);
  for (const [moment, isThen] of Object.entries(moments)) {
    const root = join(bench.folder, 'ben');
    await mkdir(root);
    await unpackAndKill(bench, { entry: unpacker.entry, root }, () => isThen(root));
    const ben = await bench.workspace('ben');
    const packages = await ben.packages.list();
    expect([moment, entriesOf(root).length]).toEqual([moment, packages.length * whole]);
    await ben.packages.unpack(bench.archive, 'x');
    expect(entriesOf(root)).toHaveLength(whole);
    await ben[Symbol.asyncDispose]();
    await rm(root, { recursive: true });
  }
});
