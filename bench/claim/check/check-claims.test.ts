import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { knownMetric, SeededRandom } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunItems } from '../claim-file.ts';
import { tableOfItems } from '../claim-tables.ts';

const script = path.join(import.meta.dirname, 'check_claims.py');
const examples = path.resolve(import.meta.dirname, '../../../examples');

interface Checked {
  readonly code: number;
  readonly text: string;
}

/** Undefined without Python. */
async function check(folder: string): Promise<Checked | undefined> {
  try {
    const { stdout } = await promisify(execFile)('python3', [script, folder]);
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    return code === 'ENOENT'
      ? undefined
      : { code: Number(code), text: `${stdout ?? ''}${stderr ?? ''}` };
  }
}

const hasPython =
  (await promisify(execFile)('python3', ['--version']).catch(() => undefined)) !== undefined;
if (!hasPython) console.warn('Skipped the checker of claims: there is no python3.');

describe.skipIf(!hasPython)('the checker that shares no code with Graft', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'graft-check-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('finds the figures of every claim', async () => {
    const checked = await check(examples);
    expect(checked?.text).toMatch(/ 0 problems\n$/);
    expect(checked?.code).toBe(0);
  }, 600_000);

  it('finds those of five seeds and of groups, and each figure that is changed', async () => {
    const { claim, items } = madeClaim();
    const write = async (name: string, text: string) => {
      await mkdir(path.join(folder, name, 'made'), { recursive: true });
      await writeFile(path.join(folder, name, 'made', 'claim.json'), text);
      const lines = items.map((run) => JSON.stringify(run)).join('\n');
      await writeFile(path.join(folder, name, 'made', 'items.jsonl'), lines);
      return check(path.join(folder, name));
    };
    const text = JSON.stringify(claim);
    expect(await write('right', text)).toMatchObject({ code: 0 });
    const off = (field: string): string =>
      text.replace(
        new RegExp(`("${field}":\\[?)([0-9.]+)`, 'g'),
        (_, name: string, value: string) => {
          return `${name}${String(1.02 * Number(value))}`;
        },
      );
    for (const field of ['mean', 'interval', 'wins', 'adjustedP', 'confidence']) {
      expect(await write(field, off(field)), field).toMatchObject({ code: 1 });
    }
    for (const field of ['failures', 'seeds']) {
      const more = text.replace(new RegExp(`"${field}":\\d+`), `"${field}":3`);
      expect(await write(field, more), field).toMatchObject({ code: 1 });
    }
    expect(await write('holds', text.replace('"holds":true', '"holds":false'))).toMatchObject({
      code: 1,
    });
  }, 600_000);
});

/** Three variants of five seeds over 30 groups of two. */
function madeClaim() {
  const random = new SeededRandom(5);
  const normal = (): number =>
    Array.from({ length: 12 }, () => random.uniform()).reduce((sum, value) => sum + value, -6);
  const names = ['base', 'good', 'alike'];
  const ease = Array.from({ length: 60 }, normal);
  const items = [1, 2, 3, 4, 5].flatMap((seed) =>
    names.map((variant, at): RunItems => {
      const luck = 0.2 * normal() + ([0, 1, 0.1][at] ?? 0);
      return {
        ...{ experiment: 'made', variant, seed },
        rows: ease.map((own, item) => {
          const value = own + luck + normal();
          return {
            ...{ series: 'items', item: String(item), group: String(item % 30) },
            weight: 1 + (item % 4),
            values: {
              accuracy: Number(value > 0),
              perplexity: Math.exp(4 - value / 2),
              promptTokens: Math.ceil(100 * Math.exp(-value / 4)),
            },
          };
        }),
      };
    }),
  );
  const metrics = ['accuracy', 'perplexity', 'promptTokens'].flatMap(
    (name) => knownMetric(name) ?? [],
  );
  const rows = names.map((variant) => ({ variant, settings: {} }));
  const made = tableOfItems({ baseline: 'base', metrics, rows }, items);
  const expected = { experiment: 'made', variant: 'good', metric: 'accuracy' };
  const expectations = [
    { ...expected, is: 'better', than: 'base' },
    { ...expected, is: 'above', than: 0.5 },
    { ...expected, metric: 'perplexity', is: 'no worse', than: 'base', by: 0.1 },
  ];
  return { items, claim: { tables: { made }, expect: expectations, holds: true } };
}
