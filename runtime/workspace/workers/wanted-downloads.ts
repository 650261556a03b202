import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ggufEncodings } from '@graft/backends/catalogue';
import { hasCode, replaceFile } from '@graft/kit';
import { z } from 'zod';

const wantedSchema = z.record(
  z.string(),
  z.object({
    /** Where one is that the catalogue has not; of a conversion, what it is made of. */
    source: z.string().optional(),
    /** Of a conversion: the precision of the GGUF file. */
    to: z.enum(ggufEncodings).optional(),
    /** Bytes. */
    size: z.number().optional(),
  }),
);
type Wanted = z.infer<typeof wantedSchema>;
export type WantedDownload = Wanted[string];

/** Downloads and conversions that somebody asked for and that have not ended, kept while the server is away: `downloads.json` of a state folder. */
export class WantedDownloads {
  readonly #path: string;
  /** Changes follow each other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(stateFolder: string) {
    this.#path = join(stateFolder, 'downloads.json');
  }

  /** By model. A list that cannot be read is none. */
  async read(): Promise<Wanted> {
    try {
      return wantedSchema.parse(JSON.parse(await readFile(this.#path, 'utf8')));
    } catch {
      return {};
    }
  }

  add(id: string, wanted: WantedDownload): Promise<void> {
    return this.#change((all) => ({ ...all, [id]: wanted }));
  }

  drop(id: string): Promise<void> {
    return this.#change((all) =>
      Object.fromEntries(Object.entries(all).filter(([other]) => other !== id)),
    );
  }

  #change(change: (all: Wanted) => Wanted): Promise<void> {
    // One change that failed does not keep the next from being written.
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(async () => {
        const before = await this.read();
        const after = change(before);
        if (JSON.stringify(after) === JSON.stringify(before)) return;
        try {
          await replaceFile(this.#path, `${JSON.stringify(after, undefined, 2)}\n`);
        } catch (error) {
          // It is downloaded all the same; only a restart would not know of it.
          if (!hasCode(error, 'ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS')) throw error;
        }
      });
    return this.#writing;
  }
}
