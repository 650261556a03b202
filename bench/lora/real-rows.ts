import { readFile, writeFile } from 'node:fs/promises';
import { createBackends } from '@graft/backends';
import type { Catalogue } from '@graft/backends/catalogue';
import { z } from 'zod';

const exampleSchema = z.object({ instruction: z.string(), output: z.string() });
export const realRowsSchema = z.array(
  z.object({
    tokens: z.array(z.number()),
    trained: z.array(z.union([z.literal(0), z.literal(1)])),
  }),
);

/**
 * Questions and answers of the quickstart's training set by the model's chat template, in the order of the files:
 * only the answers' tokens are trained, and lengths are as they come. Written as JSON, for both sides to read.
 */
export async function writeRealRows(
  catalogue: Catalogue,
  { model, files, to }: { model: string; files: readonly string[]; to: string },
): Promise<void> {
  await using backends = createBackends({ catalogue, device: 'cpu' });
  const digest = catalogue.lookup(model)?.digest ?? '';
  const tokenizer = await backends.tokenizer({ id: model, digest });
  const rows: z.infer<typeof realRowsSchema> = [];
  for (const file of files) {
    for (const line of (await readFile(file, 'utf8')).split('\n').filter(Boolean)) {
      const { instruction, output } = exampleSchema.parse(JSON.parse(line));
      const { tokens, turns } = tokenizer.encodeChat([
        { role: 'user', content: instruction },
        { role: 'assistant', content: output },
      ]);
      rows.push({ tokens, trained: turns.map((turn) => (turn === 1 ? 1 : 0)) });
    }
  }
  await writeFile(to, JSON.stringify(rows));
}
