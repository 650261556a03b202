/**
 * `npx tsx testing/real-start.ts MODEL.gguf FOLDER [ROWS.jsonl]` writes what make_real.py trains from: `start.json`, with
 * the rows of each step and the rates, and `adapter/`, with the first factors. With rows of `instruction` and `output`,
 * it makes the fixture `rows.json` of them first: 200 to train on, and four held out.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writePeftAdapter } from '../adapters/peft.ts';
import { fixture } from './golden.ts';
import { LlamaCpp } from './llama-cpp.ts';
import { realRows, realStart, type RealRows } from './real-case.ts';
import { realModel } from './real-model.ts';

const [model = '', folder = '', source] = process.argv.slice(2);
if (source !== undefined) {
  await writeFile(
    fixture(realModel.id, 'rows.json'),
    `${JSON.stringify(await rowsFrom(source))}\n`,
  );
}
const { adapter, steps, rates } = await realStart(model);
await writePeftAdapter(path.join(folder, 'adapter'), adapter);
const rows = await realRows();
await writeFile(path.join(folder, 'start.json'), JSON.stringify({ ...rows, steps, rates }));

/** Questions and answers as plain text: a base model has no chat template. The loss counts the answers. */
async function rowsFrom(file: string): Promise<RealRows> {
  const lineSchema = z.object({ instruction: z.string(), output: z.string() });
  await using llama = await LlamaCpp.onCpu();
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  const texts = lines.flatMap((line) => {
    const { instruction, output } = lineSchema.parse(JSON.parse(line));
    return [`Question: ${instruction}\nAnswer:`, ` ${output}`];
  });
  const parts = await llama.tokensOf(model, texts);
  const rows = lines.map((_, at): RealRows['train'][number] => {
    const [question = [], answer = []] = parts.slice(2 * at, 2 * at + 2);
    const tokens = [2, ...question, ...answer, 1];
    return { tokens, trained: tokens.map((_, place) => (place > question.length ? 1 : 0)) };
  });
  return { train: rows.slice(0, 200), heldOut: rows.slice(-4) };
}
