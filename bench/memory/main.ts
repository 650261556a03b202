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
 * by the `generate` node's own settings, and for a step of `train-lora`. Arguments: encodings, and uses (`answers`,
 * `step`, and `quick-answers` for f16 read as Q8_0, which a CPU reads faster and Graft makes first).
 */
const bar = { least: 0.85, most: 1.15 };
const [encodings = 'q4,f16', uses = 'answers,step,quick-answers'] = process.argv.slice(2);
const [sentences, threads] = [24, 2];
const [context, parallel] = [2048, 4];
const [batch, length] = [8, 64];
const measuredSchema = z.object({
  claimed: z.number(),
  taken: z.number(),
  parallel: z.number().optional(),
  readAs: z.string().optional(),
});
type Measured = z.infer<typeof measuredSchema>;
const useSchema = z.enum(['answers', 'step', 'quick-answers']);
type Use = z.infer<typeof useSchema>;
const titles: Readonly<Record<Use, string>> = {
  ...{ answers: 'generation', step: 'LoRA step', 'quick-answers': 'generation in Q8_0' },
};

const folder = await mkdtemp(path.join(tmpdir(), 'graft-memory-'));
const rows: string[][] = [];
try {
  for (const encoding of z.array(z.enum(['q4', 'f16'])).parse(encodings.split(','))) {
    const file = path.join(folder, `${encoding}.gguf`);
    await writeRandomWeights(file, encoding);
    const { size } = await stat(file);
    for (const use of z.array(useSchema).parse(uses.split(','))) {
      if (use === 'quick-answers' && encoding !== 'f16') continue;
      const { claimed, taken, parallel: answers } = await measure(use, file, encoding);
      const row = [
        `${encoding}, ${titles[use]}${answers === undefined ? '' : `, ${String(answers)} × ${String(context)} tokens`}`,
        gigabytes(size),
        gigabytes(claimed),
        gigabytes(taken),
        `${(claimed / taken).toFixed(2)}×`,
        verdict(claimed / taken, { atLeast: bar.least, atMost: bar.most }),
      ];
      console.error(row.join('  '));
      rows.push(row);
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

function measure(use: Use, file: string, encoding: Encoding): Promise<Measured> {
  switch (use) {
    case 'answers':
      return generate(file, encoding, 'as-published');
    case 'quick-answers':
      return generate(file, encoding, 'fastest');
    case 'step':
      return train(file, encoding);
  }
}

async function generate(
  file: string,
  encoding: Encoding,
  how: 'fastest' | 'as-published',
): Promise<Measured> {
  const request = {
    ...{ file, digest: digestOf(encoding), modelsFolder: path.join(folder, 'models') },
    ...{ context, parallel, threads, encoding: how },
  };
  // A process of its own converts the model, whose memory is not that of the answers.
  if (how === 'fastest') await askOwn('generation.ts', { ...request, context: 256, sentences: 1 });
  return askOwn('generation.ts', { ...request, sentences });
}

async function train(file: string, encoding: Encoding): Promise<Measured> {
  const own = path.join(folder, `${encoding}-training`);
  for (const name of ['state', 'models', 'checkpoints', 'adapter']) {
    await mkdir(path.join(own, name), { recursive: true });
  }
  return askOwn('training.ts', {
    ...{ file, folder: own, digest: digestOf(encoding), rows: batch, length },
    threads,
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
