/** Fetches a model of a given catalogue in a process of its own: folder, entries as JSON, id. */
import { modelEntrySchema } from '@graft/graph';
import { z } from 'zod';
import { createCatalogue } from '../catalogue/index.ts';

const [modelsFolder, entries, id] = z
  .tuple([z.string(), z.string(), z.string()])
  .parse(process.argv.slice(2));
const catalogue = createCatalogue({
  modelsFolder,
  entries: z.array(modelEntrySchema).parse(JSON.parse(entries)),
});
process.stdout.write(await catalogue.fetch(id));
