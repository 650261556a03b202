import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { describe, expect, it } from 'vitest';
import { readAnswers, readClaim, readClaims, readItems } from './claim-file.ts';
import { claimDigest, tableOfItems } from './claim-tables.ts';
import { outcome } from './expectations.ts';
import { claimBlock, withBlock } from './readme-block.ts';
import { registrationProblem, toldBefore } from './registration.ts';
import { waysBlock } from './ways-block.ts';

const root = path.resolve(import.meta.dirname, '../../examples');
const names: string[] = [];
/** Those whose graph and data stand, and whose tables are still to be made. */
const unmeasured: string[] = [];
for (const [name, { measured }] of await readClaims(root)) {
  (measured === undefined ? unmeasured : names).push(name);
}

it('there are examples that claim something', () => {
  expect(names).toEqual(expect.arrayContaining(['rag-vs-lora']));
});

it('the summary has what the claims say, of those that were measured', async () => {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  const block = waysBlock(await readClaims(root));
  expect(readme, 'npm run -w bench claim').toBe(withBlock(readme, block, 'ways'));
});

it('every claim says when it was registered', async () => {
  const unknown = (await readClaims(root)).flatMap(([name, { registered }]) =>
    registered === 'unknown' ? [name] : [],
  );
  expect(unknown).toEqual([]);
});

it.each(unmeasured)('%s says that it was not measured, and shows no figures', async (name) => {
  const folder = path.join(root, name);
  const readme = await readFile(path.join(folder, 'README.md'), 'utf8');
  expect(readme).toContain('**Not measured yet.**');
  expect(readme).toMatch(/<!-- claim -->\s*<!-- \/claim -->/);
  const { graph, holds, tables } = await readClaim(folder);
  expect([holds, tables]).toEqual([undefined, undefined]);
  expect(
    Object.keys(parseGraph(await readFile(path.join(folder, graph), 'utf8'), graph).nodes),
  ).not.toEqual([]);
});

describe.each(names)('what %s claims', (name) => {
  const folder = path.join(root, name);

  it('was registered as it stands, before it was measured or with the change told', async () => {
    const claim = await readClaim(folder);
    expect(claim.measured?.date).not.toBe('unknown');
    const moments = (claim.amended ?? []).map(({ when }) => when);
    expect(moments).toEqual(moments.toSorted());
    // See the closed list above.
    if (claim.registered === 'unknown') return;
    const text = await readFile(path.join(folder, claim.graph), 'utf8');
    expect(registrationProblem(claim, parseGraph(text, claim.graph))).toBeUndefined();
    expect(toldBefore(claim), 'amended after the measurement').toBe(true);
  });

  it('was measured on the graph, the models and the data as they are', async () => {
    const { graph, measured } = await readClaim(folder);
    const text = await readFile(path.join(folder, graph), 'utf8');
    expect(measured?.digest, `npm run -w bench claim -- ${name}`).toBe(
      claimDigest(parseGraph(text, graph), measured?.code),
    );
  });

  it('is what its recorded items say, by every seed', async () => {
    const [claim, items] = [await readClaim(folder), await readItems(folder)];
    const graph = parseGraph(await readFile(path.join(folder, claim.graph), 'utf8'), claim.graph);
    const nodes = [graph, ...Object.values(graph.graphs ?? {})].flatMap((one) =>
      Object.values(one.nodes),
    );
    const takesSeeds = nodes.some(({ type, params }) => {
      const shape = registry.get(type)?.params.shape ?? { seed: undefined };
      // At temperature 0 the likeliest is said under any seed.
      return (
        'seed' in shape && (!('temperature' in shape) || Number(params['temperature'] ?? 0) > 0)
      );
    });
    const tables = Object.entries(claim.tables ?? {});
    expect(tables.length).toBeGreaterThan(0);
    for (const [experiment, told] of tables) {
      const own = items.filter((run) => run.experiment === experiment);
      expect(rounded(tableOfItems(told.table, own)), experiment).toEqual(rounded(told));
      // What takes no seed is always the same; what a graph of another file takes is not looked into.
      const seeds = Object.keys(told.seeds).length;
      expect(seeds >= 3 || (!takesSeeds && seeds === 0), `${String(seeds)} seeds`).toBe(true);
    }
  });

  it('has an answer beside every item that one was marked for', async () => {
    const { measured } = await readClaim(folder);
    expect(measured?.code).toBeDefined();
    const [items, lines] = [await readItems(folder), await readAnswers(folder)];
    const answers = lines.filter((line) => 'answers' in line);
    const asked = lines.filter((line) => 'asked' in line);
    for (const run of answers) {
      const own = asked.find(({ experiment }) => experiment === run.experiment)?.asked ?? {};
      expect(Object.keys(run.answers).filter((item) => !(item in own))).toEqual([]);
    }
    for (const { experiment, variant, seed, rows } of items) {
      const own = answers.filter(
        (run) => run.experiment === experiment && run.variant === variant && run.seed === seed,
      );
      const given = new Set(own.flatMap((run) => Object.keys(run.answers)));
      // A perplexity is of a text, which nobody answers.
      const marked = rows.filter(
        ({ values }) => !Object.keys(values).some((of) => /perplex/i.test(of)),
      );
      expect(marked.filter(({ item = '' }) => !given.has(item))).toEqual([]);
    }
  });

  it('holds, or says why not', async () => {
    const claim = await readClaim(folder);
    const evidence = { tables: claim.tables ?? {}, items: await readItems(folder) };
    const held = claim.expect.every((one) => outcome(one, evidence).holds);
    expect(claim.holds).toBe(held);
    if (!held) expect(claim.because, 'because').toMatch(/\w{3,}/);
  });

  it('stands in its README with these figures', async () => {
    const [claim, items] = [await readClaim(folder), await readItems(folder)];
    const readme = await readFile(path.join(folder, 'README.md'), 'utf8');
    expect(readme).toBe(
      withBlock(readme, claimBlock(claim, { tables: claim.tables ?? {}, items })),
    );
    for (const cost of Object.values(claim.costs)) expect(cost.seconds).toBeGreaterThanOrEqual(0);
  });
});

/** Numbers to ten digits: the last ones are the processor's and the engine's. */
function rounded(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'number' ? Number(part.toPrecision(10)) : part,
  );
  return JSON.parse(text);
}
