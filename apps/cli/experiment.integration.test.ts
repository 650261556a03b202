import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft } from './testing/graft-command.ts';
import { graftEntry, type Finished } from './testing/graft-process.ts';
import {
  corpus,
  experimentEvents,
  finishOf,
  searchFile,
  searchGraph,
  searchWorkspace,
  withExperiments,
} from './testing/search-workspace.ts';

const timeout = 240_000;
const metrics = ['score.metrics:recall@1', 'score.metrics:mrr'];

describe('graft experiment', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await searchWorkspace();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = async (experiments: object, ...args: string[]): Promise<Finished> => {
    await writeFile(path.join(folder, searchFile), withExperiments(experiments));
    return graft(['experiment', searchFile, ...args], { cwd: folder });
  };

  it(
    'runs what its variants share once, and ends with their table; again, all is cached',
    async () => {
      const modes = { doc: 'Which search?', vary: { 'retrieve.mode': ['dense', 'bm25'] }, metrics };
      const listed = await run({ modes });
      expect([listed.code, listed.stdout]).toEqual([
        0,
        'modes  2 variants  score.metrics:recall@1, score.metrics:mrr  Which search?\n',
      ]);

      const end = await run({ modes }, 'modes', '--json', '--out', 'table.md');
      expect(end.code).toBe(0);
      const { table, status } = finishOf(end);
      expect(status).toBe('succeeded');
      expect(table.baseline).toBe('mode=dense');
      expect(table.rows.map(({ variant, cells }) => [variant, cells.length])).toEqual([
        ['mode=dense', 2],
        ['mode=bm25', 2],
      ]);
      for (const { cells } of table.rows) {
        expect(cells[0]).toMatchObject({ metric: 'recall@1', mean: 1, n: 3, failures: 0 });
        expect(cells[0]?.interval?.[1]).toBe(1);
      }
      expect(end.stderr).toMatch(/✓ 2 of 2 +mode=/);
      const computed = experimentEvents(end.stdout).map((event) =>
        event.type === 'variant.finished' ? event.steps.computed : 0,
      );
      // Five steps of the prefix once, and two tails of two steps.
      expect(computed.reduce((sum, steps) => sum + steps)).toBe(9);
      expect(await readFile(path.join(folder, 'table.md'), 'utf8')).toContain(
        '| mode=dense (baseline) | dense | 1.000 [',
      );

      const again = await run({ modes }, 'modes', '--out', 'table.csv');
      expect(again.code).toBe(0);
      expect(again.stderr).toContain('0 steps computed, 7 shared');
      expect(again.stdout).toContain('mode=dense (baseline)');
      expect((await readFile(path.join(folder, 'table.csv'), 'utf8')).split('\n').length).toBe(6);
      const shown = await graft(['runs', 'show', 'latest'], { cwd: folder });
      expect(shown.stdout).toMatch(/succeeded.*mode=bm25\n/);
      expect(shown.stdout).toContain(again.stdout.split('\n')[1]);
      const runs = await graft(['runs', 'ls', '--json'], { cwd: folder });
      expect(JSON.parse(runs.stdout)).toMatchObject([
        { experiment: 'modes', status: 'succeeded' },
        { experiment: 'modes', status: 'succeeded' },
      ]);
    },
    timeout,
  );

  it(
    'refuses a variant that is no valid graph, and runs the others',
    async () => {
      const sizes = { vary: { 'chunk.size': [-1, 100] }, metrics };
      const end = await run({ sizes }, 'sizes', '--json');
      expect(end.code).toBe(0);
      expect(end.stderr).toMatch(/✗ size=-1 +refused: .*experiments\.sizes\.vary\.chunk\.size/);
      const { rows } = finishOf(end).table;
      expect(rows.map(({ variant, cells: [cell] }) => [variant, cell?.n])).toEqual([
        ['as saved', 3],
        ['size=-1', 0],
        ['size=100', 3],
      ]);
    },
    timeout,
  );

  const values = Array.from({ length: 100 }, (_, at) => at + 8);
  it.each([
    [{ vary: { 'chunk.sise': [1] }, metrics }, /experiments\.e\.vary\.chunk\.sise.*"size"/],
    [{ vary: { 'chunck.size': [99] }, metrics }, /experiments\.e\.vary\.chunck\.size.*"chunk"/],
    [
      { vary: { 'chunk.size': values, 'retrieve.k': values }, metrics },
      /experiments\.e: The experiment has 10,000 variants\. The limit is 200\./,
    ],
    [
      { vary: { 'chunk.size': [99] }, metrics: ['score:mrr'] },
      /experiments\.e\.metrics\.0: "score:mrr" is not a metric\./,
    ],
    [{ vary: { 'chunk.size': 99 }, metrics }, /experiments\.e\.vary\.chunk\.size: .*a list/],
    [{ vary: { 'chunk.size': [-1, -2] }, baseline: 'size=-1', metrics }, /The baseline "size=-1"/],
  ])(
    'says what is wrong with %j before anything runs',
    async (e, message) => {
      const end = await run({ e }, 'e');
      expect(end.code).toBe(2);
      expect(end.stderr).toMatch(message);
      expect(end.stderr).not.toMatch(/\n\s+at .+:\d+:\d+|✓/);
    },
    timeout,
  );

  it('says what there is where a name is wrong, and refuses endings that it cannot write', async () => {
    const e = { vary: { 'chunk.size': [99] }, metrics };
    const unknown = await run({ e }, 'f');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('There is no experiment "f". Did you mean "e"?'),
    ]);
    const ending = await run({ e }, 'e', '--out', 'table.pdf');
    expect([ending.code, ending.stderr]).toEqual([
      2,
      expect.stringContaining('.csv, .md or .json'),
    ]);
    const none = await run({});
    expect([none.code, none.stdout]).toEqual([0, expect.stringContaining('no experiments')]);
  });

  it(
    'runs arms that switch a node off or put another in its place',
    async () => {
      const words = { type: 'retrieve', version: 1, params: { k: 1, mode: 'bm25' } };
      const arms = {
        'all questions': { bypass: ['some'] },
        words: { replace: { retrieve: words }, set: { 'score.k': 1 } },
      };
      const experiments = { e: { arms, metrics: ['score.metrics:recall@1'] } };
      const graph = JSON.stringify({ ...searchGraph({ sampled: true }), experiments });
      await writeFile(path.join(folder, searchFile), graph);
      const end = await graft(['experiment', searchFile, 'e', '--json'], { cwd: folder });
      expect([end.code, end.stderr]).toEqual([0, expect.stringContaining('3 of 3')]);
      const { table } = finishOf(end);
      const shown = table.rows.map(({ variant, settings, cells: [cell], problem }) => [
        ...[variant, settings['some'], settings['retrieve'], cell?.n, cell?.mean, problem],
      ]);
      expect(shown).toEqual([
        ['as saved', 'sample-rows', undefined, 2, 1, undefined],
        ['all questions', 'off', undefined, 3, 1, undefined],
        ['words', 'sample-rows', undefined, 2, 1, undefined],
      ]);
      const { failures } = table.rows[0]?.cells[0] ?? {};
      expect(failures).toBe(1);
    },
    timeout,
  );

  it(
    'refuses files that are not those locked, when it is to',
    async () => {
      const e = { vary: { 'retrieve.mode': ['dense', 'bm25'] }, metrics };
      await writeFile(path.join(folder, searchFile), withExperiments({ e }));
      expect((await graft(['lock', searchFile], { cwd: folder })).code).toBe(0);
      const again = (): Promise<Finished> =>
        graft(['experiment', searchFile, 'e', '--locked', '--json'], { cwd: folder });
      expect((await again()).code).toBe(0);
      const path1 = path.join(folder, 'corpus', 'day.md');
      await writeFile(path1, `${corpus['day.md']}Supper is at eight.\n`);
      const refused = await again();
      await writeFile(path1, corpus['day.md']);
      expect(refused.code).toBe(2);
      const { table, error } = finishOf(refused);
      expect(error?.message).toMatch(/^2 of 2 runs failed\. The first: .*corpus/);
      expect(table.rows.map(({ cells: [cell] }) => cell?.n)).toEqual([0, 0]);
      // Whoever does not ask for it is only told.
      expect((await graft(['experiment', searchFile, 'e', '--json'], { cwd: folder })).code).toBe(
        0,
      );
    },
    timeout,
  );

  it.skipIf(process.platform === 'win32')(
    'is cancelled with all its variants, exit code 130',
    async () => {
      await writeFile(
        path.join(folder, 'corpus', 'long.md'),
        Array.from({ length: 20_000 }, (_, at) => `Sentence number ${String(at)}.`).join('\n'),
      );
      const e = { vary: { 'chunk.size': [70, 71, 72] }, metrics };
      await writeFile(path.join(folder, searchFile), withExperiments({ e }));
      const child = spawn(process.execPath, [graftEntry, 'experiment', searchFile, 'e', '--json'], {
        ...{ cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] },
      });
      const closed: Promise<unknown[]> = once(child, 'close');
      let stdout = '';
      let asked = false;
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (asked || !stdout.includes('variant.started')) return;
        // Once: a second interrupt ends the process at once.
        asked = true;
        child.kill('SIGINT');
      });
      expect((await closed)[0]).toBe(130);
      const last = finishOf({ stdout });
      expect(last).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
    },
    timeout,
  );
});
