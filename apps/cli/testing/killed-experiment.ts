import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EvidenceTable } from '@graft/graph';
import { expect } from 'vitest';
import { graft } from './graft-command.ts';
import { graftEntry, temporaryFolder } from './graft-process.ts';
import { experimentEvents, finishOf, searchFile, withExperiments } from './search-workspace.ts';

/**
 * Kills an experiment over that many depths of search, in a search workspace with as many more notes, and runs it
 * again: it must go on where it was, and end with the table of one that nothing disturbed.
 */
export async function expectUnchangedByKill(
  folder: string,
  given: {
    readonly depths: number;
    readonly notes: number;
    readonly race?: { readonly looks: number };
  },
): Promise<void> {
  const { depths, notes, race } = given;
  const metrics = ['score.metrics:mrr', 'score.metrics:recall@1'];
  const e = {
    vary: { 'retrieve.k': Array.from({ length: depths }, (_, at) => at + 1) },
    ...(race === undefined ? { metrics } : { metrics: metrics.slice(0, 1), race }),
  };
  // A search that no other test has run.
  for (let at = 0; at < notes; at += 1) {
    const text = `# Note ${String(at)}\n\nWhat note ${String(at)} says of a vase, a kiln and tea: ${String(race)}.\n`;
    await writeFile(path.join(folder, 'corpus', `note-${String(at)}.md`), text);
  }
  await writeFile(path.join(folder, searchFile), withExperiments({ e }));
  const calm = await temporaryFolder();
  await cp(folder, calm, { recursive: true });
  await rm(path.join(calm, '.graft'), { recursive: true, force: true });
  const whole = await graft(['experiment', searchFile, 'e', '--json'], { cwd: calm });
  await rm(calm, { recursive: true });
  expect([whole.code, whole.stderr]).toEqual([0, expect.any(String)]);

  const child = spawn(process.execPath, [graftEntry, 'experiment', searchFile, 'e', '--json'], {
    ...{ cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] },
  });
  const closed = once(child, 'close');
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (stdout.includes('variant.finished')) child.kill('SIGKILL');
  });
  expect(await closed).toEqual([null, 'SIGKILL']);
  const computed = (output: string): number =>
    experimentEvents(output).reduce(
      (sum, event) => sum + (event.type === 'variant.finished' ? event.steps.computed : 0),
      0,
    );
  const before = computed(stdout);
  expect(before).toBeGreaterThan(0);
  const again = await graft(['experiment', searchFile, 'e', '--json'], { cwd: folder });
  expect(again.code).toBe(0);
  // All but what it cost, which is shared with what ran before.
  const withoutCost = ({ rows, ...rest }: EvidenceTable): unknown => ({
    ...rest,
    rows: rows.map(({ cost: _, ...row }) => row),
  });
  expect(withoutCost(finishOf(again).table)).toEqual(withoutCost(finishOf(whole).table));
  const ended = (output: string): string[] =>
    experimentEvents(output)
      .flatMap((event) =>
        event.type === 'variant.finished'
          ? `${event.variant} ${String(event.look)} ${event.status}`
          : [],
      )
      .sort();
  expect(ended(again.stdout)).toEqual(ended(whole.stdout));
  expect(new Set(ended(again.stdout)).size).toBe(ended(again.stdout).length);
  expect(computed(again.stdout)).toBeGreaterThan(0);
  expect(computed(again.stdout)).toBeLessThanOrEqual(computed(whole.stdout) - before);
  const runs = await graft(['runs', 'ls', '--json'], { cwd: folder });
  const listed: unknown = JSON.parse(runs.stdout);
  expect(Array.isArray(listed) ? listed.slice(0, 2) : listed).toMatchObject([
    { status: 'succeeded', experiment: 'e' },
    { status: 'failed', experiment: 'e' },
  ]);
}
