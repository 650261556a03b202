/** Converts a model in a process of its own: models folder, and a file to which whoever makes it adds a line. */
import { appendFile, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { ConvertedModels } from '../catalogue/converted-models.ts';

const [modelsFolder, log] = z.tuple([z.string(), z.string()]).parse(process.argv.slice(2));
const { path } = await new ConvertedModels(modelsFolder).open(
  {
    ...{ id: 'm', digest: 'a', form: 'Q8_0', version: 1 },
    write: async (to) => {
      await appendFile(log, 'made\n');
      await wait(300);
      await writeFile(to, 'Q8_0 of a');
    },
    verify: () => Promise.resolve(),
  },
  { signal: new AbortController().signal },
);
process.stdout.write(path);
