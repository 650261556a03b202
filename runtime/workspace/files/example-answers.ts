import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { metricRowSchema } from '@graft/graph';
import { hasCode } from '@graft/kit';
import { z } from 'zod';

/** What the variants of a claim's experiment answered to one question. */
export interface AskedExample {
  readonly item: string;
  readonly question: string;
  /** Right answers, or the documents that hold one. */
  readonly right: readonly string[];
  /** In the order of the table; of several seeds, those of the first. */
  readonly answers: readonly {
    readonly variant: string;
    /** The text, or the documents that were found, best first. */
    readonly given: string | readonly string[];
    /** By metric of the table. */
    readonly values: Readonly<Record<string, number>>;
  }[];
}

const runSchema = z.object({
  experiment: z.string(),
  variant: z.string(),
  seed: z.number().optional(),
});
const itemsSchema = runSchema.extend({ rows: z.array(metricRowSchema) });
const givenSchema = runSchema.extend({
  answers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
});
const askedSchema = z.object({
  experiment: z.string(),
  asked: z.record(z.string(), z.object({ question: z.string(), right: z.array(z.string()) })),
});

/**
 * The answers that were kept beside the items of a claim, for an experiment with these variants. Empty where none were
 * kept: the claim was measured before answers were, or asks nothing.
 */
export async function keptAnswers(
  folder: string,
  experiment: string,
  variants: readonly string[],
): Promise<readonly AskedExample[]> {
  const lines = await linesOf(join(folder, 'answers.jsonl'));
  const own = lines.filter((line) => runSchema.partial().parse(line).experiment === experiment);
  const asked = own.flatMap((line) => askedSchema.safeParse(line).data ?? []);
  const given = own.flatMap((line) => givenSchema.safeParse(line).data ?? []);
  const seed = Math.min(...given.map((run) => run.seed ?? 0));
  const ofSeed = given.filter((run) => (run.seed ?? 0) === seed);
  const valuesOf = await markedValues(folder, experiment, seed);
  return asked.flatMap((one) =>
    Object.entries(one.asked).map(([item, { question, right }]) => ({
      ...{ item, question, right },
      answers: variants.flatMap((variant) =>
        ofSeed
          .filter((run) => run.variant === variant && Object.hasOwn(run.answers, item))
          .map(({ answers }) => ({
            ...{ variant, given: answers[item] ?? '' },
            values: valuesOf(variant, item),
          })),
      ),
    })),
  );
}

async function markedValues(folder: string, experiment: string, seed: number) {
  const marked = new Map<string, Record<string, number>>();
  for (const line of await linesOf(join(folder, 'items.jsonl'))) {
    const run = itemsSchema.parse(line);
    if (run.experiment !== experiment || (run.seed ?? 0) !== seed) continue;
    for (const { item = '', values } of run.rows) {
      const key = JSON.stringify([run.variant, item]);
      marked.set(key, { ...marked.get(key), ...values });
    }
  }
  return (variant: string, item: string): Readonly<Record<string, number>> =>
    marked.get(JSON.stringify([variant, item])) ?? {};
}

async function linesOf(file: string): Promise<unknown[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}
