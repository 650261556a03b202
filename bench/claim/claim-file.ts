import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { evidenceTableSchema, metricRowSchema } from '@graft/graph';
import { z } from 'zod';

/** What a cell of a claim's tables is called. What the right side leaves out is as on the left. */
const thanSchema = z.strictObject({
  experiment: z.string().optional(),
  variant: z.string().optional(),
  metric: z.string().optional(),
});

/**
 * - `better`, `worse`: by a paired test at 5 %, of the variant and the one after `than` alone. A claim holds only if all
 *   of its expectations do, so that no correction for their number is due. The interval of 95 % inverts that test, for
 *   shares with one more pair either way.
 * - `no worse`: the whole interval of 95 % says that it is not worse by more than `by`, a share of the other's mean.
 *   Without `by` it is not asked, and does not hold; such a claim can no longer be registered.
 * - `above`, `below`: the whole interval of 95 % lies above or below a number.
 * - `identical`: every item of every seed, to the last bit.
 */
const expectationSchema = z.strictObject({
  experiment: z.string(),
  variant: z.string(),
  /** As its column is called in the experiment's table. */
  metric: z.string(),
  is: z.enum(['better', 'worse', 'no worse', 'above', 'below', 'identical']),
  than: z.union([z.string(), z.number(), thanSchema]),
  by: z.number().positive().max(1).optional(),
});
export type Expectation = z.infer<typeof expectationSchema>;

/** As the summary over all examples has them. */
export const ways = [
  ...(['pre-training', 'fine-tuning', 'LoRA', 'retrieval'] as const),
  'LoRA and retrieval',
] as const;
export type Way = (typeof ways)[number];

const costSchema = z.strictObject({
  /** Steps that make it up, by their paths in the plan. */
  nodes: z.array(z.string()).min(1),
  /** Under which it stands in the summary; one of each in a claim at most. */
  way: z.enum(ways).optional(),
  /** For the summary: the share of right answers to held-out questions, less that of the variant after `than`. */
  brings: z
    .strictObject({
      experiment: z.string(),
      variant: z.string(),
      metric: z.string(),
      than: z.string(),
    })
    .optional(),
  /** Of these steps together, a mean over the runs that have them. */
  seconds: z.number().optional(),
  /** Bytes: the most that one of them claimed. */
  memory: z.number().optional(),
  /** Share of the model's numbers. */
  trained: z.number().optional(),
  /** Bytes of the adapters, models and indexes that they gave, of one run. */
  kept: z.number().optional(),
});
export type ClaimCost = z.infer<typeof costSchema>;

const claimTableSchema = z.strictObject({
  table: evidenceTableSchema,
  /** Seed → variant → means in the order of the table's metrics. */
  seeds: z.record(z.string(), z.record(z.string(), z.array(z.number().nullable()))),
});
export type ClaimTable = z.infer<typeof claimTableSchema>;

/** A moment in UTC: `2026-11-27T02:52:57Z`. */
const momentSchema = z.iso.datetime();

/** When the claim, its expectations and its graph were fixed, before anything was measured. */
const registrationSchema = z.strictObject({
  date: momentSchema,
  /** See `registrationDigest`. */
  digest: z.string(),
});

/** A change of the claim, its expectations, its graph or its recorded items after they were first stated. */
const amendmentSchema = z.strictObject({
  when: momentSchema,
  what: z.string().min(1),
  why: z.string().min(1),
});

/** Code that computed steps, as their cache keys name it. */
const measuredCodeSchema = z.strictObject({
  /** Node type → version of its implementation. */
  nodes: z.record(z.string(), z.string()),
  /** Engine → its version, of those that the steps used. */
  engines: z.record(z.string(), z.string()),
});
export type MeasuredCode = z.infer<typeof measuredCodeSchema>;

/** `claim.json` beside the graph of an example; `examples/README.md` says which of it is written by hand. */
export const claimSchema = z.strictObject({
  claim: z.literal(2),
  title: z.string(),
  says: z.string(),
  /** File name of the graph. */
  graph: z.string(),
  expect: z.array(expectationSchema).min(1),
  /** Absent: not registered yet. `unknown`: from before claims were registered. */
  registered: z.union([z.literal('unknown'), registrationSchema]).optional(),
  /** Oldest first. */
  amended: z.array(amendmentSchema).optional(),
  costs: z.record(z.string(), costSchema),
  /** A size that the tests run: parameters, one seed. Absent: they compute the tables from the recorded items. */
  reduced: z
    .strictObject({
      experiments: z.array(z.string()).min(1),
      set: z.record(z.string(), z.json()),
    })
    .optional(),
  /** What its graph reads from the web: a script beside it that serves that on this machine, given a port, and prints where. */
  serves: z.strictObject({ script: z.string(), url: z.url() }).optional(),
  conclusion: z.string(),
  /** Why it did not hold. */
  because: z.string().optional(),
  holds: z.boolean().optional(),
  measured: z
    .strictObject({
      date: z.union([z.literal('unknown'), momentSchema]),
      /** Of all steps, one after another. */
      seconds: z.number(),
      cores: z.int(),
      cpu: z.string(),
      /** What computed it. Absent: from before this was recorded. */
      code: measuredCodeSchema.optional(),
      /** See `claimDigest`. */
      digest: z.string(),
    })
    .optional(),
  tables: z.record(z.string(), claimTableSchema).optional(),
});
export type Claim = z.infer<typeof claimSchema>;

/** A line of `items.jsonl`: what one run of a variant gave, in full. */
export const runItemsSchema = z.strictObject({
  experiment: z.string(),
  variant: z.string(),
  seed: z.int().optional(),
  rows: z.array(metricRowSchema),
});
export type RunItems = z.infer<typeof runItemsSchema>;

/** A line of `answers.jsonl`: what a node of one run of a variant gave to be marked. */
const runAnswersSchema = runItemsSchema.omit({ rows: true }).extend({
  node: z.string(),
  /** By item: the text of the answer, or the first five documents that were found, best first. */
  answers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
});
export type RunAnswers = z.infer<typeof runAnswersSchema>;

/** A line of `answers.jsonl`, before the answers of its experiment: what was asked, by item. */
const askedSchema = z.strictObject({
  experiment: z.string(),
  asked: z.record(
    z.string(),
    z.strictObject({
      question: z.string(),
      /** Right answers, or the documents that hold one. */
      right: z.array(z.string()),
    }),
  ),
});
export type Asked = z.infer<typeof askedSchema>;

const versionSchema = z.looseObject({ claim: z.int().positive() });

/** The first leads from version 1 to 2, the next from 2 to 3: none is ever left out or changed. */
const migrations: readonly ((claim: Record<string, unknown>) => Record<string, unknown>)[] = [
  // 2: when the claim was registered, when it was measured, and how it was amended.
  ({ measured, ...claim }) => ({
    ...{ ...claim, claim: 2 },
    ...(measured === undefined
      ? {}
      : {
          registered: 'unknown',
          measured: { ...z.looseObject({}).parse(measured), date: 'unknown' },
        }),
  }),
];

/** A claim of any version, brought to the one that is written. Throws for a newer one. */
export function parseClaim(text: string): Claim {
  let claim: Record<string, unknown> = versionSchema.parse(JSON.parse(text));
  const { claim: version } = versionSchema.parse(claim);
  for (const migrate of migrations.slice(version - 1)) claim = migrate(claim);
  return claimSchema.parse(claim);
}

export async function readClaim(folder: string): Promise<Claim> {
  return parseClaim(await readFile(path.join(folder, 'claim.json'), 'utf8'));
}

/** All examples below `root` that claim something, by name. */
export async function readClaims(root: string): Promise<[name: string, claim: Claim][]> {
  const claims: [string, Claim][] = [];
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const folder = path.join(root, entry.name);
    if ((await readdir(folder)).includes('claim.json')) {
      claims.push([entry.name, await readClaim(folder)]);
    }
  }
  return claims.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

export const readItems = (folder: string): Promise<RunItems[]> =>
  readLines(path.join(folder, 'items.jsonl'), runItemsSchema);

/** None where nothing is answered: a claim of perplexities alone. */
export async function readAnswers(folder: string): Promise<(Asked | RunAnswers)[]> {
  const file = path.join(folder, 'answers.jsonl');
  return existsSync(file) ? readLines(file, z.union([askedSchema, runAnswersSchema])) : [];
}

async function readLines<T>(
  file: string,
  schema: { readonly parse: (line: unknown) => T },
): Promise<T[]> {
  const text = await readFile(file, 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => schema.parse(JSON.parse(line)));
}
