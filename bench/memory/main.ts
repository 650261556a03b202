import { mkdtemp, mkdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { environment } from '../env.ts';
import { ask } from '../report/measured-process.ts';
import { printTable, verdict } from '../report/table.ts';
import { writeRandomWeights, type Encoding } from './random-weights.ts';

/**
 * What Graft claims for a model of 1.7 B before it loads it, beside the peak of the process that holds it: for answers
 * by the `generate` node's own settings, and for a step of `train-lora`. Arguments: encodings, sentences of a prompt,
 * threads.
 */
const bar = { least: 0.85, most: 1.15 };
const [encodings = 'q4,f16', sentences = '24', threads = '2'] = process.argv.slice(2);
const [context, parallel] = [2048, 4];
const [batch, length] = [8, 64];
const measuredSchema = z.object({
  claimed: z.number(),
  taken: z.number(),
  parallel: z.number().optional(),
  readAs: z.string().optional(),
});
type Measured = z.infer<typeof measuredSchema>;

const folder = await mkdtemp(path.join(tmpdir(), 'graft-memory-'));
const rows: string[][] = [];
try {
  for (const encoding of z.array(z.enum(['q4', 'f16'])).parse(encodings.split(','))) {
    const file = path.join(folder, `${encoding}.gguf`);
    await writeRandomWeights(file, encoding);
    const { size } = await stat(file);
    for (const [use, measure] of usesOf(encoding)) {
      const { claimed, taken, parallel: answers } = await measure(file);
      const what =
        answers === undefined ? use : `${use}, ${String(answers)} × ${String(context)} tokens`;
      rows.push([
        `${encoding}, ${what}`,
        gigabytes(size),
        gigabytes(claimed),
        gigabytes(taken),
        `${(claimed / taken).toFixed(2)}×`,
        verdict(claimed / taken, { atLeast: bar.least, atMost: bar.most }),
      ]);
    }
    await rm(file);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(
  `A random model of Qwen3 1.7B's shape and vocabulary. Generation: what its process takes beside its libraries. LoRA step: the whole trainer, rank 8, all linears, ${String(batch)} rows of ${String(length)} tokens.\n`,
);
printTable(['', 'file', 'claimed', 'peak', 'claimed / peak', 'bar'], rows);
console.log(`\nBar: claimed / peak within ${String(bar.least)} to ${String(bar.most)}.`);

type Use = readonly [name: string, measure: (file: string) => Promise<Measured>];

function usesOf(encoding: Encoding): readonly Use[] {
  const generation =
    (how: 'fastest' | 'as-published') =>
    (file: string): Promise<Measured> =>
      generate(file, encoding, how);
  const step: Use = ['LoRA step', (file) => train(file, encoding)];
  const asPublished: Use = ['generation', generation('as-published')];
  // Of f16 a CPU reads prompts faster in Q8_0, which Graft makes of it.
  const quick: Use = ['generation in Q8_0', generation('fastest')];
  return encoding === 'f16' ? [asPublished, quick, step] : [asPublished, step];
}

async function generate(
  file: string,
  encoding: Encoding,
  how: 'fastest' | 'as-published',
): Promise<Measured> {
  const request = {
    ...{ file, digest: digestOf(encoding), modelsFolder: path.join(folder, 'models') },
    ...{ context, parallel, threads: Number(threads), encoding: how },
  };
  // A process of its own converts the model, whose memory is not that of the answers.
  if (how === 'fastest') await askOwn('generation.ts', { ...request, context: 256, sentences: 1 });
  return askOwn('generation.ts', { ...request, sentences: Number(sentences) });
}

async function train(file: string, encoding: Encoding): Promise<Measured> {
  const own = path.join(folder, `${encoding}-training`);
  for (const name of ['state', 'models', 'checkpoints', 'adapter']) {
    await mkdir(path.join(own, name), { recursive: true });
  }
  return askOwn('training.ts', {
    ...{ file, folder: own, digest: digestOf(encoding), rows: batch, length },
    threads: Number(threads),
  });
}

async function askOwn(name: string, request: object): Promise<Measured> {
  const args = ['--import', 'tsx', path.join(import.meta.dirname, name)];
  return measuredSchema.parse(await ask(process.execPath, args, { request, env: environment }));
}

/** Any: it names the file in the ledger. */
function digestOf(encoding: Encoding): string {
  return (encoding === 'q4' ? 'a' : 'b').repeat(64);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
