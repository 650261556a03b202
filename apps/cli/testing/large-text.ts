import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { runMeasured } from '../../../bench/report/measured-process.ts';
import { graftEntry, temporaryFolder } from './graft-process.ts';
import { graphText } from './graph-text.ts';

/** Bytes that the command or the worker may take; either alone takes 150 MB without any file. */
const bound = 400e6;

/** Loads a text file of at least `size` bytes with `graft run`, which must stay below the bound. */
export async function expectBoundedMemory(size: number): Promise<void> {
  const folder = await temporaryFolder();
  try {
    const line =
      'The kiln was built by Aldo Brenner, who fired it twice a week until the autumn.\n';
    const block = Buffer.from(`${line.repeat(12)}\n`.repeat(1000));
    const file = createWriteStream(path.join(folder, 'large.txt'));
    for (let written = 0; written < size; written += block.length) {
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
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
