import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountSmallDisk, type SmallDisk } from '@graft/kit/testing';
import { registry } from '@graft/nodes/definitions';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { environment } from './env.ts';
import { bundleTestWorker, type Bundle } from './testing/bundle-test-worker.ts';
import {
  experimentWork,
  fullDiskRound,
  runWork,
  trainingWork,
  unpackWork,
  type DiskWork,
} from './testing/full-disk-rounds.ts';
import { moments } from './testing/kill-moments.ts';
import { workerTestRegistry } from './testing/test-nodes.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** Moments at which the disk is filled, of each kind of work. */
const rounds = Number(environment['GRAFT_FULL_DISK_MOMENTS'] ?? 10);
const seed = Number(environment['GRAFT_FULL_DISK_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));

let bundle: Bundle;
let top: string;
let disk: SmallDisk | undefined;
beforeAll(async () => {
  console.log(`GRAFT_FULL_DISK_SEED=${String(seed)} GRAFT_FULL_DISK_MOMENTS=${String(rounds)}`);
  bundle = await bundleTestWorker();
  top = await realpath(await mkdtemp(join(tmpdir(), 'graft-full-disk-')));
  disk = mountSmallDisk(60);
});
afterAll(async () => {
  disk?.unmount();
  await bundle.remove();
  await rm(top, { recursive: true, force: true });
});

const openTest = (root: string, stateFolder: string): Promise<Workspace> =>
  openWorkspace({ root, stateFolder, registry: workerTestRegistry, workerEntry: bundle.entry });
const openReal = (root: string, stateFolder: string): Promise<Workspace> =>
  openWorkspace({ root, stateFolder, threads: 1 });

const kinds: Readonly<
  Record<
    string,
    {
      readonly work: (root: string) => DiskWork | Promise<DiskWork>;
      readonly open: typeof openTest;
    }
  >
> = {
  run: { work: (root) => runWork(root, 4), open: openTest },
  experiment: { work: (root) => experimentWork(root, 1), open: openTest },
  unpack: {
    work: (root) =>
      unpackWork(root, {
        ...{ archive: join(root, 'test.graft.zip'), megabytes: 6 },
        open: (folder) => openTest(folder, join(folder, '.graft')),
      }),
    open: openTest,
  },
  training: { work: (root) => trainingWork(root, registry), open: openReal },
};

describe('on a disk that fills up at any moment', () => {
  it.for(Object.keys(kinds))(
    'a %s ends truly and lets room be made',
    { timeout: rounds * 240_000 },
    async (name, { skip }) => {
      const kind = kinds[name];
      if (disk === undefined) return skip('mounting a tmpfs needs root');
      if (kind === undefined) throw new Error(`no work ${name}`);
      const root = join(top, name);
      await mkdir(root);
      const work = await kind.work(root);
      const random = moments(seed);
      const took: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const moment = random() * work.takes;
        took.push(await fullDiskRound({ disk, open: kind.open }, work, { round, moment }));
      }
      const slowest = took.reduce((most, ms) => Math.max(most, ms), 0);
      console.log(
        `${name}: ${String(rounds)} moments, the slowest end after ${slowest.toFixed(0)} ms`,
      );
    },
  );
});
