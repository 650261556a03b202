import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Graph, parseGraph, parseSettingName, setParam } from '@graft/graph';
import { builtProcess } from '@graft/kit/testing';
import { openWorkspace } from '@graft/workspace';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Claim, readClaims } from './claim-file.ts';
import { tableOfItems } from './claim-tables.ts';
import { outcome } from './expectations.ts';
import { expectationText } from './readme-block.ts';
import { recordExperiment } from './record-experiment.ts';
import { moveSite, serveSite } from './served-site.ts';

const examples = path.resolve(import.meta.dirname, '../../examples');

/** The names of the examples whose claim has a reduced size. */
export async function reducedClaims(): Promise<readonly string[]> {
  return (await claimsToReduce()).map(([name]) => name);
}

const claimsToReduce = async () =>
  (await readClaims(examples)).filter(
    ([, { reduced, measured }]) => reduced !== undefined && measured !== undefined,
  );

/** Runs each named example at its reduced size, on these questions alone where some are named; the results must point the way the claim says. */
export async function testReducedClaims(
  names: readonly string[],
  questions?: readonly string[],
): Promise<void> {
  const claims = (await claimsToReduce()).filter(([name]) => names.includes(name));
  if (claims.length !== names.length) throw new Error(`No claim for some of ${names.join(', ')}.`);
  describe.each(claims)('%s at a reduced size', (name, claim) => {
    it('points the way that is claimed', () => expectClaim(name, claim, questions));
  });
}

async function expectClaim(
  name: string,
  claim: Claim,
  questions: readonly string[] | undefined,
): Promise<void> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-claim-')));
  try {
    // With the graphs that it may use.
    await cp(examples, folder, {
      recursive: true,
      filter: (from) => !from.includes('.graft/'),
    });
    const own = path.join(folder, name);
    if (questions !== undefined) await keepQuestions(folder, claim, questions);
    await using site = await serveSite(own, claim, { anywhere: true });
    if (site !== undefined && claim.serves !== undefined) {
      await moveSite(own, { from: claim.serves.url, to: site.url });
    }
    await using workspace = await openWorkspace({
      ...{ root: folder, workerEntry: builtProcess('worker') },
    });
    const file = `${name}/${claim.graph}`;
    const text = await readFile(path.join(folder, file), 'utf8');
    const graph = reducedGraph(parseGraph(text, file), claim);
    const tables: NonNullable<Claim['tables']> = {};
    const items = [];
    for (const experiment of claim.reduced?.experiments ?? []) {
      const recorded = await recordExperiment(workspace, { graph, file }, experiment);
      items.push(...recorded.items);
      tables[experiment] = tableOfItems(recorded.table, recorded.items);
    }
    const asked = claim.expect.filter(({ experiment, than }) => {
      const other = typeof than === 'object' ? (than.experiment ?? experiment) : experiment;
      return tables[experiment] !== undefined && tables[other] !== undefined;
    });
    expect(asked.length).toBeGreaterThan(0);
    for (const expectation of asked) {
      const { points, figures } = outcome(expectation, { tables, items });
      expect(points, `${expectationText(expectation)}: ${figures}`).toBe(true);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Leaves these questions in the files that the claim asks at its reduced size. */
async function keepQuestions(
  folder: string,
  { reduced }: Claim,
  ids: readonly string[],
): Promise<void> {
  for (const name of z.array(z.string()).parse(reduced?.set?.['questions.paths'])) {
    const file = path.join(folder, name);
    const lines = (await readFile(file, 'utf8')).split('\n');
    const kept = lines.filter((line) => ids.some((id) => line.includes(`"id": "${id}"`)));
    expect(kept).toHaveLength(ids.length);
    await writeFile(file, `${kept.join('\n')}\n`);
  }
}

/** With the parameters that the claim sets for it, and one seed. */
function reducedGraph(written: Graph, { reduced }: Claim): Graph {
  let graph = written;
  for (const [key, value] of Object.entries(reduced?.set ?? {})) {
    const name = parseSettingName(key);
    if (name === undefined) throw new Error(`"${key}" is no parameter.`);
    graph = setParam(graph, name, value);
  }
  const experiments = Object.fromEntries(
    Object.entries(graph.experiments ?? {}).map(([id, experiment]) => [
      id,
      experiment.seeds === undefined ? experiment : { ...experiment, seeds: [1] },
    ]),
  );
  return { ...graph, experiments };
}
