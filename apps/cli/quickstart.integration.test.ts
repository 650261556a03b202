import { cp, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { graft, temporaryFolder } from './testing/graft-process.ts';

const examples = path.resolve(import.meta.dirname, '../../examples');
const file = 'rag-quickstart.graft.json';
/** The questions that the file opens with: those that the small model can answer. */
const asked = 8;

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await cp(examples, folder, {
    recursive: true,
    filter: (from) => path.basename(from) !== '.graft',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Ids of the questions that are answered rightly, with these settings. */
async function rightWith(...settings: readonly string[]): Promise<string[]> {
  const out = path.join(folder, 'out');
  const set = [`questions.limit=${String(asked)}`, ...settings].flatMap((one) => ['--set', one]);
  const run = await graft(['run', file, '--out', out, ...set], { cwd: folder });
  expect(run).toMatchObject({ code: 0 });
  const lines = (await readFile(path.join(out, 'evaluate.metrics.jsonl'), 'utf8'))
    .trim()
    .split('\n');
  return lines
    .map((line): { item?: string; values: { accuracy?: number } } => JSON.parse(line))
    .flatMap(({ item, values }) => (item !== undefined && values.accuracy === 1 ? [item] : []));
}

// Acceptance: what the README says of the reader, in direction, on the first questions.
it('answers by passages and adapter together what neither of them answers alone', async () => {
  const both = await rightWith();
  expect(both.length).toBeGreaterThanOrEqual(5);
  const page = path.join(folder, 'run.html');
  const exported = await graft(['export', 'latest', '--format', 'html', '--out', page], {
    cwd: folder,
  });
  expect(exported).toMatchObject({ code: 0 });
  // Small enough for a letter, with the vectors of every chunk.
  expect((await stat(page)).size).toBeLessThanOrEqual(3_000_000);
  const retrieval = await rightWith('generate.adapterWeights=[0]');
  expect(retrieval.length).toBeLessThanOrEqual(1);
  // Without passages it abstains, which is right of the one question that the handbook does not answer.
  const adapter = await rightWith('inject-context.top=0');
  expect(adapter.length).toBeLessThanOrEqual(2);
});
