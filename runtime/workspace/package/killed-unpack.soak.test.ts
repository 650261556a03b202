import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleTestUnpack, type Bundle } from '../testing/bundle-test-worker.ts';
import { entriesOf, packMany, unpackAndKill } from '../testing/killed-unpack.ts';
import { PackageBench } from '../testing/test-packages.ts';

/** Kills, each at another moment of unpacking. */
const kills = 40;
/** Milliseconds that unpacking takes at least on a slow machine. */
const longest = 800;

const bench = new PackageBench();
let unpacker: Bundle;
beforeAll(async () => {
  unpacker = await bundleTestUnpack();
});
afterAll(() => unpacker.remove());

it('a package killed at any moment is there as a whole or not at all', async () => {
  const whole = await packMany(bench, 100);
  const outcomes = new Set<number>();
  for (let kill = 0; kill < kills; kill += 1) {
    const root = join(bench.folder, 'ben');
    await mkdir(root);
    let since: number | undefined;
    await unpackAndKill(bench, { entry: unpacker.entry, root }, (ready) => {
      if (ready) since ??= performance.now();
      return since !== undefined && performance.now() - since > (kill / kills) * longest;
    });
    const ben = await bench.workspace('ben');
    const packages = await ben.packages.list();
    expect(entriesOf(root)).toHaveLength(packages.length * whole);
    outcomes.add(packages.length);
    await ben.packages.unpack(bench.archive, 'x');
    expect(entriesOf(root)).toHaveLength(whole);
    await ben[Symbol.asyncDispose]();
    await rm(root, { recursive: true });
  }
  expect(outcomes).toContain(0);
}, 600_000);
