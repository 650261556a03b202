import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readClaims, readItems } from './claim-file.ts';
import { outcome } from './expectations.ts';

const root = path.resolve(import.meta.dirname, '../../examples');
const number = String.raw`[+−×]?\d*\.\d+`;
/** `.75 [.59, .86]`, `+.14 [−.02, +.28]`, `×0.93 [×0.89, ×0.98]`. */
const quoted = new RegExp(String.raw`(?<![\w.])(${number}) \[(${number}), (${number})\]`, 'g');

/** To two digits, without what only says how to read it. */
function plain(text: string): string {
  const value = Number(text.replace(/[+×]/, '').replace('−', '-'));
  return (Math.round(value * 100) / 100).toFixed(2).replace('-0.00', '0.00');
}

/** What a claim's tables and its lines say, as the story would write it. */
async function saidBy(name: string): Promise<Set<string>> {
  const claim = new Map(await readClaims(root)).get(name);
  if (claim === undefined) throw new Error(`There is no claim "${name}".`);
  const said = new Set<string>();
  const say = (...figures: readonly string[]): unknown => said.add(figures.map(plain).join(' '));
  for (const { table } of Object.values(claim.tables ?? {})) {
    for (const { mean, interval } of table.rows.flatMap(({ cells }) => cells)) {
      if (mean !== null && interval !== null) say(...[mean, ...interval].map(String));
    }
  }
  const evidence = { tables: claim.tables ?? {}, items: await readItems(path.join(root, name)) };
  for (const one of claim.expect) {
    const [first = '', ...more] = outcome(one, evidence).figures.match(/[-×]*\d+(?:\.\d+)?/g) ?? [];
    if (more.length > 1) say(...[first, ...more.slice(0, 2)].map((text) => text.replace('-', '−')));
  }
  return said;
}

it('the story of the examples quotes what the tables say', async () => {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  const story = /## What each way does, measured\n([^]*?)### Against the common ranking/.exec(
    readme,
  );
  let quotes = 0;
  const wrong: string[] = [];
  for (const paragraph of (story?.[1] ?? '').split('\n\n')) {
    const linked = [...paragraph.matchAll(/\]\(([\w-]+)\/README\.md\)/g)].map(
      ([, name = '']) => name,
    );
    const said = new Set<string>();
    for (const name of linked) for (const figure of await saidBy(name)) said.add(figure);
    for (const [text, ...figures] of paragraph.matchAll(quoted)) {
      quotes += 1;
      if (!said.has(figures.map(plain).join(' '))) wrong.push(text);
    }
  }
  expect(wrong).toEqual([]);
  expect(quotes).toBeGreaterThan(25);
});
