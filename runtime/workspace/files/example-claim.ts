import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  bestFirst,
  type EvidenceTable,
  evidenceTableSchema,
  inMetricWords,
  type Metric,
} from '@graft/graph';
import { hasCode } from '@graft/kit';
import { z } from 'zod';
import type { ListedExample } from './example-listing.ts';

/** What an example claims, and whether that was seen when it was measured. */
export interface ExampleClaim {
  readonly title: string;
  readonly says: string;
  readonly conclusion: string;
  /** Absent while it has not been measured. */
  readonly holds?: boolean | undefined;
  /** Why it did not hold. */
  readonly because?: string | undefined;
  /** When it was measured, and what that took: seconds of all steps one after another, on so many cores. */
  readonly measured?:
    { readonly date: string; readonly seconds: number; readonly cores: number } | undefined;
  /** When it was registered, as an ISO date in UTC, or `unknown` where it is from before claims were. */
  readonly registered?: string | undefined;
  /** Changes after it was first stated, oldest first. */
  readonly amended: readonly {
    readonly when: string;
    readonly what: string;
    readonly why: string;
  }[];
  /** Names of the experiments that it was measured by. */
  readonly tables: readonly string[];
  /** Its table in small; absent while it has none. */
  readonly small?: SmallTable | undefined;
}

/** The means of a table by the metric that matters most. */
interface SmallTable {
  readonly metric: Metric;
  /** The best first. */
  readonly rows: readonly { readonly variant: string; readonly mean: number | null }[];
}

/**
 * What is read of the `claim.json` beside an example's graph; the command that measures it writes it. Examples come with
 * the Graft that reads them, so only the version that is written is read.
 */
const claimSchema = z.object({
  claim: z.literal(2),
  graph: z.string(),
  title: z.string(),
  says: z.string(),
  conclusion: z.string(),
  holds: z.boolean().optional(),
  because: z.string().optional(),
  measured: z.object({ date: z.string(), seconds: z.number(), cores: z.number() }).optional(),
  registered: z
    .union([z.string(), z.object({ date: z.string() }).transform(({ date }) => date)])
    .optional(),
  amended: z.array(z.object({ when: z.string(), what: z.string(), why: z.string() })).default([]),
  tables: z.record(z.string(), z.object({ table: evidenceTableSchema })).default({}),
});
type WrittenClaim = z.infer<typeof claimSchema>;

/** The claim that stands beside a graph and is of it; one that cannot be read as a claim is none. */
export async function claimOf(folder: string, path: string): Promise<WrittenClaim | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, dirname(path), 'claim.json'), 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const claim = claimSchema.safeParse(jsonOf(text)).data;
  return claim?.graph === basename(path) ? claim : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A claim as the gallery shows it. `titleOf` names the nodes whose metrics it is measured by. */
export function toldClaim(
  { tables, ...claim }: WrittenClaim,
  chosen: ListedExample['table'],
  titleOf: (node: string) => string,
): ExampleClaim {
  const table = tables[chosen?.experiment ?? '']?.table;
  return {
    ...claim,
    tables: Object.keys(tables),
    small: table === undefined ? undefined : smallTable(table, chosen?.metric ?? '', titleOf),
  };
}

function smallTable(
  table: EvidenceTable,
  name: string,
  titleOf: (node: string) => string,
): SmallTable | undefined {
  const at = table.metrics.findIndex((metric) => metric.name === name);
  const metric = inMetricWords(table, titleOf).metrics[at];
  if (metric === undefined) return undefined;
  const rows = bestFirst(table, at).map(({ variant, cells }) => ({
    variant,
    mean: cells[at]?.mean ?? null,
  }));
  return { metric, rows };
}
