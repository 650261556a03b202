import { cp, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Graph, parseGraph, parseSettingName, setParam } from '@graft/graph';
import { openWorkspace } from '@graft/workspace';
import { describe, expect, it } from 'vitest';
import { type Claim, readClaims } from './claim-file.ts';
import { tableOfItems } from './claim-tables.ts';
import { outcome } from './expectations.ts';
import { expectationText } from './readme-block.ts';
import { recordExperiment } from './record-experiment.ts';
import { moveSite, serveSite } from './served-site.ts';

const project = path.resolve(import.meta.dirname, '../..');
const examples = path.join(project, 'examples');
const timeout = 300_000;

/** Examples whose claim says at what size it can be run here. */
const claims = (await readClaims(examples)).filter(
  ([, { reduced, measured }]) => reduced !== undefined && measured !== undefined,
);

describe.each(claims)('%s at a reduced size', (name, claim) => {
  it(
    'points the way that is claimed',
    async () => {
      const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-claim-')));
      try {
        // With the graphs that it may use.
        await cp(examples, folder, {
          recursive: true,
          filter: (from) => !from.includes('.graft/'),
        });
        const own = path.join(folder, name);
        await using site = await serveSite(own, claim, { anywhere: true });
        if (site !== undefined && claim.serves !== undefined) {
          await moveSite(own, { from: claim.serves.url, to: site.url });
        }
        await using workspace = await openWorkspace({
          ...{ root: folder, workerEntry: path.join(project, 'apps/cli/dist/worker.mjs') },
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
        for (const one of asked) {
          const { points, figures } = outcome(one, { tables, items });
          expect(points, `${expectationText(one)}: ${figures}`).toBe(true);
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    timeout,
  );
});

/** With the parameters that the claim sets for it, and one seed. */
function reducedGraph(written: Graph, { reduced }: Claim): Graph {
  let graph = written;
  for (const [key, value] of Object.entries(reduced?.set ?? {})) {
    const name = parseSettingName(key);
    if (name === undefined) throw new Error(`"${key}" is no parameter.`);
    graph = setParam(graph, name, value);
  }
  const experiments = Object.fromEntries(
    Object.entries(graph.experiments ?? {}).map(([id, one]) => [
      id,
      one.seeds === undefined ? one : { ...one, seeds: [1] },
    ]),
  );
  return { ...graph, experiments };
}
