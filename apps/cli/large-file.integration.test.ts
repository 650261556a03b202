import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runMeasured } from '../../bench/report/peak-memory.ts';
import { graftEntry, temporaryFolder } from './testing/graft-process.ts';
import { graphText } from './testing/graph-text.ts';

const size = 2 ** 31 + 1_000_000;
/** Bytes that the command or the worker may take; either alone takes 150 MB without any file. */
const bound = 400e6;

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('reads a text file of 2 GB in bounded memory', { timeout: 600_000 }, async () => {
  const line = 'The kiln was built by Aldo Brenner, who fired it twice a week until the autumn.\n';
  const block = Buffer.from(`${line.repeat(12)}\n`.repeat(1000));
  const file = createWriteStream(path.join(folder, 'large.txt'));
  let written = 0;
  for (; written < size; written += block.length) {
    if (!file.write(block)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  const graph = path.join(folder, 'large.graft.json');
  await writeFile(graph, graphText({ 'load-1': ['load-files', { paths: ['large.txt'] }] }));

  const end = await runMeasured(process.execPath, [graftEntry, 'run', graph, '--json']);
  expect(end.code).toBe(0);
  const last: unknown = JSON.parse(end.stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(last).toMatchObject({ type: 'run.finished', status: 'succeeded' });
  if (process.platform !== 'linux') return;
  expect(end.peaks.length).toBeGreaterThanOrEqual(2);
  const peak = Math.max(...end.peaks.map(({ bytes }) => bytes));
  expect(peak).toBeLessThan(bound);
});
