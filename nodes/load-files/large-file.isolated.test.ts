import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceFile, testContext } from '../kit/testing/test-context.ts';
import { loadFiles } from './node.ts';
import { run } from './run.ts';

// A process of its own: it measures the memory of the whole process.
describe('a file larger than what is cached', () => {
  let folder: string;
  const paragraph = `${'The kiln is lit at 05:40 — café. '.repeat(20)}\n\n`;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'graft-load-'));
    const file = await open(join(folder, 'large.txt'), 'w');
    for (let part = 0; part < 96; part += 1) await file.write(paragraph.repeat(1000));
    await file.close();
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('streams in parts cut at paragraphs, in bounded memory', async () => {
    const file = await sourceFile(folder, 'large.txt');
    expect(file.size).toBeGreaterThan(60_000_000);
    const params = loadFiles.params.parse({ paths: ['large.txt'] });
    const [reading] = await run.runItems(testContext(), [file], {}, params);
    const payload = await reading;
    expect(JSON.stringify(payload).length).toBeLessThan(100);
    if (payload === undefined || !('streamed' in payload)) throw new Error('not streamed');
    const digest = createHash('sha256');
    const before = process.memoryUsage().rss;
    let most = 0;
    const ids: string[] = [];
    for await (const part of run.expand(file, payload, params) as AsyncIterable<Document>) {
      ids.push(part.id);
      digest.update(part.text);
      expect(part.text.endsWith('\n\n')).toBe(true);
      most = Math.max(most, process.memoryUsage().rss);
    }
    expect(ids.slice(0, 3)).toEqual(['large.txt', 'large.txt#1', 'large.txt#2']);
    const expected = createHash('sha256');
    for (let part = 0; part < 96; part += 1) expected.update(paragraph.repeat(1000));
    expect(digest.digest('hex')).toBe(expected.digest('hex'));
    expect(most - before).toBeLessThan(200_000_000);
  });

  it('is refused when it changed between being checked and being read', async () => {
    await writeFile(join(folder, 'changed.txt'), paragraph.repeat(4000));
    const file = await sourceFile(folder, 'changed.txt');
    const params = loadFiles.params.parse({ paths: ['changed.txt'] });
    await expect(async () => {
      for await (const _ of run.expand(file, { streamed: 1 }, params) as AsyncIterable<Document>);
    }).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining('changed') });
  });
});
