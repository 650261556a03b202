import { createHash } from 'node:crypto';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphError } from '@graft/graph';
import { ownerStamp } from '@graft/kit';
import { mountSmallDisk } from '@graft/kit/testing';
import { openDatabaseStores, type DatabaseStores, type Lease } from '@graft/store/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filePlaces, writeFiles } from './place-files.ts';
import { PlacingJournal, type HeldJournal } from './placing-journal.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const texts: Readonly<Record<string, string>> = {
  'a.txt': 'One.',
  'deep/er/b.txt': 'Two.',
  'deep/c.txt': 'Three.',
};
const files = Object.entries(texts).map(([path, text]) => ({ path, digest: sha256(text) }));

let folder: string;
let root: string;
let state: string;
let scratchFolder: string;
let received: number | undefined;
let database: DatabaseStores;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'graft-place-files-')));
  database = await openDatabaseStores(join(folder, 'index.db'));
  await prepare(folder);
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

async function prepare(within: string): Promise<void> {
  root = join(within, 'workspace');
  state = join(within, 'state');
  scratchFolder = join(state, 'scratch');
  received = undefined;
  await mkdir(root);
  await mkdir(scratchFolder, { recursive: true });
}

const openJournal = (patience?: number): PlacingJournal =>
  new PlacingJournal({
    ...{ root, stateFolder: state, leases: database.leases, receivedAt: async () => received },
    ...(patience === undefined ? {} : { patience }),
  });

/** All that is in the workspace, folders too. */
const there = async (): Promise<string[]> => (await readdir(root, { recursive: true })).sort();

/** Places the files; `before` runs before the bytes of each are read. */
async function place(
  before: (path: string) => Promise<void>,
  rest: () => Promise<void> = async () => {},
): Promise<readonly string[]> {
  return openJournal().alone(async (journal) =>
    writeFiles(files, await filePlaces(root, files, 'x'), {
      ...{ root, scratchFolder, journal },
      open: async function* ({ path }) {
        await before(path);
        yield Buffer.from(texts[path] ?? '');
      },
      rest: async (written) => {
        await rest();
        return written;
      },
    }),
  );
}

const nothing = async (): Promise<void> => {};
const all = ['a.txt', 'deep', 'deep/c.txt', 'deep/er', 'deep/er/b.txt'];

describe('files that belong together', () => {
  it('come all', async () => {
    expect(await place(nothing)).toEqual(Object.keys(texts));
    expect(await there()).toEqual(all);
    expect(await readdir(state)).toEqual(['scratch']);
    expect(await readdir(scratchFolder)).toEqual([]);
  });

  it.each(Object.keys(texts))('do not come where %s cannot be read', async (bad) => {
    const failing = place((path) =>
      path === bad ? Promise.reject(new Error('damaged')) : nothing(),
    );
    await expect(failing).rejects.toThrow('damaged');
    expect(await there()).toEqual([]);
    expect(await readdir(scratchFolder)).toEqual([]);
  });

  it('go again where what follows them fails; what was there before stays', async () => {
    await mkdir(join(root, 'deep'));
    await writeFile(join(root, 'a.txt'), 'One.');
    const failing = place(nothing, () => Promise.reject(new Error('no records')));
    await expect(failing).rejects.toThrow('no records');
    expect(await there()).toEqual(['a.txt', 'deep']);
  });

  it('go again where the disk fills up', async ({ skip }) => {
    const disk = mountSmallDisk(1);
    if (disk === undefined) return skip('mounting needs root');
    try {
      await prepare(disk.folder);
      const filling = place(async (path) => {
        if (path === 'deep/c.txt') disk.fill();
      });
      await expect(filling).rejects.toMatchObject({
        code: 'no-space',
        message: expect.stringContaining('nothing was written'),
      });
      expect(await there()).toEqual([]);
      disk.empty();
      await place(nothing);
      expect(await there()).toEqual(all);
    } finally {
      disk.unmount();
    }
  });
});

describe('files whose writer was killed', () => {
  const stagedAt = 1_000_000;
  const placing = {
    files: files.map((file) => ({ ...file, stagedAt })),
    folders: ['deep', 'deep/er'],
  };
  const cutOff = async (record: Parameters<HeldJournal['begin']>[0]): Promise<void> => {
    await openJournal().alone((journal) => journal.begin(record));
    await writeFile(join(root, 'a.txt'), 'One.');
    await mkdir(join(root, 'deep'));
    await writeFile(join(root, 'deep/c.txt'), 'Three.');
    for (const path of ['a.txt', 'deep/c.txt']) {
      await utimes(join(root, path), stagedAt / 1000, stagedAt / 1000);
    }
    // As where the scratch folder is on another disk.
    const [, where = ''] = ownerStamp.split('@');
    for (const staged of ['', 'deep']) {
      await writeFile(join(root, staged, `.99999999-1@${where}-dead.part`), 'Tw');
    }
  };

  it('are taken back when the workspace is opened next', async () => {
    await cutOff(placing);
    await openJournal().recover();
    expect(await there()).toEqual([]);
    expect(await readdir(state)).not.toContain('placing.json');
  });

  it('are taken back before the next files come', async () => {
    await cutOff(placing);
    expect(await place(nothing)).toEqual(Object.keys(texts));
  });

  it('stay where somebody has changed them since', async () => {
    await cutOff(placing);
    await writeFile(join(root, 'a.txt'), 'Mine.');
    await openJournal().recover();
    expect(await there()).toEqual(['a.txt']);
    expect(await readFile(join(root, 'a.txt'), 'utf8')).toBe('Mine.');
  });

  it('stay where somebody has brought the same since', async () => {
    await cutOff(placing);
    await writeFile(join(root, 'a.txt'), 'One.');
    await openJournal().recover();
    expect(await there()).toEqual(['a.txt']);
  });

  it('stay where they came before it placed one', async () => {
    await cutOff({ files, folders: [] });
    await openJournal().recover();
    expect(await there()).toEqual(['a.txt', 'deep', 'deep/c.txt']);
  });

  it('are taken back where it was killed after the last one', async () => {
    let journal = '';
    await place(nothing, async () => {
      journal = await readFile(join(state, 'placing.json'), 'utf8');
    });
    expect(await there()).toEqual(all);
    await writeFile(join(state, 'placing.json'), journal);
    await openJournal().recover();
    expect(await there()).toEqual([]);
  });

  it('stay, with their journal, where it was a newer version', async () => {
    await cutOff(placing);
    const journal = JSON.stringify({ graftPlacing: 2, more: true });
    await writeFile(join(state, 'placing.json'), journal);
    await expect(openJournal().recover()).rejects.toMatchObject({ code: 'newer-format' });
    await expect(place(nothing)).rejects.toMatchObject({ code: 'newer-format' });
    expect(await readFile(join(state, 'placing.json'), 'utf8')).toBe(journal);
    expect(await there()).toContain('a.txt');
  });

  it('stay where the record of their package was written', async () => {
    await cutOff({ ...placing, package: { id: 'x', receivedAt: 7 } });
    received = 7;
    await openJournal().recover();
    expect(await there()).toEqual(expect.arrayContaining(['a.txt', 'deep', 'deep/c.txt']));
    expect(await readdir(state)).not.toContain('placing.json');
  });

  /** A writer that stands still before it reads `deep/c.txt`, so that it loses its lease; then `meanwhile` happens. */
  const placeLosing = (
    meanwhile: (journal: PlacingJournal) => Promise<void>,
  ): Promise<readonly string[]> => {
    const lost = new Set<Lease>();
    const newLease = (): Lease => {
      const lease: Lease = {
        check: async () => {
          if (lost.has(lease)) throw new GraphError('store-locked', 'lost');
        },
        release: nothing,
        [Symbol.asyncDispose]: nothing,
      };
      return lease;
    };
    const first = newLease();
    const leases = [first];
    const take = (): Lease => leases.shift() ?? newLease();
    const journal = new PlacingJournal({
      ...{ root, stateFolder: state, receivedAt: async () => received },
      leases: { with: (_name, _options, work) => work(take()), tryTake: async () => take() },
    });
    return journal.alone(async (held) =>
      writeFiles(files, await filePlaces(root, files, 'x'), {
        ...{ root, scratchFolder, journal: held },
        open: async function* ({ path }) {
          if (path === 'deep/c.txt') {
            lost.add(first);
            await meanwhile(journal);
          }
          yield Buffer.from(texts[path] ?? '');
        },
        rest: async (written) => written,
      }),
    );
  };

  it('are left to whoever took over from a writer that stood still, which places no more', async () => {
    await expect(placeLosing(nothing)).rejects.toMatchObject({ code: 'store-locked' });
    // The folders are taken back with the journal, by the other.
    expect(await there()).toEqual(['deep', 'deep/er']);
    expect(await readdir(state)).toContain('placing.json');
  });

  it('are not placed under the lease that its process took for something else meanwhile', async () => {
    let end: () => void = () => undefined;
    let other: Promise<void> | undefined;
    const placing = placeLosing(async (journal) => {
      await new Promise<void>((begun) => {
        other = journal.alone(async () => {
          begun();
          await new Promise<void>((resolve) => (end = resolve));
        });
      });
    });
    await expect(placing).rejects.toMatchObject({ code: 'store-locked' });
    end();
    await other;
    expect(await there()).toEqual([]);
  });

  it('are left alone while their writer is at work', async () => {
    await place(nothing, () => openJournal().recover());
    expect(await there()).toEqual(all);
  });
});

describe('files that are to come', () => {
  it('do not wait for others without a word', async () => {
    await openJournal().alone(async () => {
      await expect(openJournal(0).alone(nothing)).rejects.toMatchObject({
        code: 'store-locked',
        message: expect.stringContaining(`The process ${String(process.pid)} is unpacking`),
      });
    });
  });
});
