import { expect, it } from 'vitest';
import { fillWhileUnpacking } from '../testing/full-disk-unpack.ts';
import { PackageBench } from '../testing/test-packages.ts';

const bench = new PackageBench();
/** Milliseconds after which the disk is full. */
const moments = [0, 40, 120];

it('a package that fills the disk is there as a whole or not at all', async ({ skip }) => {
  const outcomes = await fillWhileUnpacking(bench, moments);
  if (outcomes === undefined) return skip('mounting needs root');
  const wanted = [
    { entries: 0, code: 'no-space' },
    { entries: 13, code: 'unpacked' },
  ];
  for (const outcome of outcomes) expect(wanted).toContainEqual(outcome);
});
