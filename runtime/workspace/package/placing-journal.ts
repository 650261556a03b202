import { lstat, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestSchema, GraphError } from '@graft/graph';
import { hasCode, removePartials, replaceFile } from '@graft/kit';
import type { Lease, Leases } from '@graft/store/database';
import { z } from 'zod';
import { isFileOf } from './write-new-file.ts';

/** Milliseconds to wait for others that place files. */
const usualPatience = 20_000;
/** Milliseconds by which the time of a file and that of its copy may differ. */
const clockGrain = 1;

const journalFormat = 1;
const journalSchema = z.object({
  graftPlacing: z.literal(journalFormat),
  /** Files that were not there, below the workspace, with `/`. */
  files: z.array(
    z.object({
      path: z.string(),
      digest: digestSchema,
      /**
       * When its bytes were staged, in ms since the epoch, which stays its time once it is placed: the same file that
       * somebody else brings has another. Absent: it was not placed yet.
       */
      stagedAt: z.number().optional(),
    }),
  ),
  /** Folders that were not there, each after those that it lies in. */
  folders: z.array(z.string()),
  /** The package whose record, with this time, is written last: once it is there, the files stay. */
  package: z.object({ id: z.string(), receivedAt: z.number() }).optional(),
});
/** What is about to be written into a workspace. */
export type Placing = Omit<z.infer<typeof journalSchema>, 'graftPlacing'>;

interface PlacingJournalParts {
  /** The workspace, a real path. */
  readonly root: string;
  readonly stateFolder: string;
  readonly leases: Pick<Leases, 'with' | 'tryTake'>;
  /** When a package was received last; undefined where it is not here. */
  readonly receivedAt: (id: string) => Promise<number | undefined>;
  /** Milliseconds to wait for others that place files; absent: 20 s. */
  readonly patience?: number;
}

/**
 * Makes files that belong together come into a workspace all or not at all, also where a process is killed. Before the
 * first file takes its place, the journal lists all of them; after the last, the journal goes. Whoever finds it there
 * and has the lease knows that the writer died, and takes the files back.
 */
export class PlacingJournal {
  readonly #parts: PlacingJournalParts;
  readonly #file: string;

  constructor(parts: PlacingJournalParts) {
    this.#parts = parts;
    this.#file = join(parts.stateFolder, 'placing.json');
  }

  /**
   * Does work while nobody else places files, after taking back what a killed process left. Throws `store-locked` where
   * that takes long, and `newer-format` where a newer Graft was killed.
   */
  alone<T>(work: (journal: HeldJournal) => Promise<T>): Promise<T> {
    const { leases, patience = usualPatience } = this.#parts;
    const busy = (pid: number): string =>
      `The process ${String(pid)} is unpacking a package or copying an example. Nothing was written. Try again when it has finished.`;
    return leases.with('placing', { patience, busy }, async (lease) => {
      const held = this.#heldBy(lease);
      await this.#takeBackLeft(held);
      return work(held);
    });
  }

  /** Takes back what a killed process left. Does nothing while another process places files. */
  async recover(): Promise<void> {
    if ((await this.#read()) === undefined) return;
    const lease = await this.#parts.leases.tryTake('placing');
    if (typeof lease === 'number') return;
    await using held = lease;
    await this.#takeBackLeft(this.#heldBy(held));
  }

  #heldBy(lease: Lease): HeldJournal {
    return new HeldJournal(this.#file, this.#parts.root, lease);
  }

  async #takeBackLeft(journal: HeldJournal): Promise<void> {
    const left = await this.#read();
    if (left === undefined) return;
    const { id, receivedAt } = left.package ?? {};
    const isWhole = id !== undefined && (await this.#parts.receivedAt(id)) === receivedAt;
    await (isWhole ? journal.end() : journal.takeBack(left));
  }

  /** One that cannot be read, which `replaceFile` never leaves, lists nothing. */
  async #read(): Promise<Placing | undefined> {
    const text = await readFile(this.#file, 'utf8').catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const value = parsed(text);
    const format = z.object({ graftPlacing: z.number() }).safeParse(value).data?.graftPlacing;
    if (format !== undefined && format > journalFormat) {
      throw new GraphError(
        'newer-format',
        `A newer Graft stopped while it wrote files into this workspace, and this version cannot tell which files. Open the workspace with the newer version, or delete ${this.#file} to keep the files.`,
        { location: { file: this.#file }, audience: 'operator' },
      );
    }
    return journalSchema.safeParse(value).data ?? { files: [], folders: [] };
  }
}

/** The journal, for as long as one lease lasts: what lost its lease does not go on under the next one of its process. */
export class HeldJournal {
  readonly #file: string;
  readonly #root: string;
  readonly #lease: Lease;

  constructor(file: string, root: string, lease: Lease) {
    this.#file = file;
    this.#root = root;
    this.#lease = lease;
  }

  /** Throws where another process took this one for dead, and takes its files back. To be called before each file. */
  check(): Promise<void> {
    return this.#lease.check();
  }

  /** To be called before the first folder is made, and again, with the times of the staged files, before the first file takes its place. */
  async begin(placing: Placing): Promise<void> {
    await this.check();
    await replaceFile(this.#file, JSON.stringify({ graftPlacing: 1, ...placing }));
  }

  /** The files stay. */
  async end(): Promise<void> {
    await this.check();
    await rm(this.#file, { force: true });
  }

  /** Removes the files that are still those that were placed, then the folders that are empty, then the journal. */
  async takeBack({ files, folders }: Placing): Promise<void> {
    await this.check();
    for (const { path, digest, stagedAt } of files) {
      const place = join(this.#root, path);
      const found = await lstat(place).catch(() => undefined);
      if (found === undefined || stagedAt === undefined) continue;
      const isOurs = Math.abs(found.mtimeMs - stagedAt) <= clockGrain;
      if (isOurs && (await isFileOf(place, digest))) await rm(place);
    }
    // Where the scratch folder is on another disk, files are staged beside their places.
    const places = new Set(files.map(({ path }) => dirname(path)));
    for (const folder of places) await removePartials(join(this.#root, folder));
    for (const folder of folders.toReversed()) {
      await rmdir(join(this.#root, folder)).catch((error: unknown) => {
        if (!hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error;
      });
    }
    await this.end();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
