import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What `examples.json` says of an example beyond its files. */
const listedSchema = z.strictObject({
  /** For people: a sentence. */
  about: z.string().min(1),
  /** The node whose result matters most after a run; absent: the first result. */
  headline: z.string().optional(),
  /**
   * A measured first run of the example as it is saved, with its models there: seconds of all steps, one after another, on
   * so many cores. Absent where it depends on a server of the person's own.
   */
  firstRun: z
    .strictObject({
      seconds: z.number().nonnegative(),
      cores: z.number().int().positive(),
      date: z.iso.date(),
      /** It takes more: only the steps of which the claim recorded the time are counted. */
      isLeast: z.literal(true).optional(),
    })
    .optional(),
  /** The table that its claim shows in small, by a metric of an experiment. */
  table: z.strictObject({ experiment: z.string(), metric: z.string() }).optional(),
});
export type ListedExample = Readonly<z.infer<typeof listedSchema>>;

const listingSchema = z.record(z.string(), listedSchema);

/** The examples of a folder by the path of their graph, in the order in which they are shown. */
export async function exampleListing(
  folder: string,
): Promise<Readonly<Record<string, ListedExample>>> {
  return listingSchema.parse(JSON.parse(await readFile(join(folder, 'examples.json'), 'utf8')));
}
