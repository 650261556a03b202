import path from 'node:path';
import { exampleListing } from '@graft/workspace';
import { expect, it } from 'vitest';
import { recordedFirstRuns, recordedSeconds } from './recorded-time.ts';

const examples = path.resolve(import.meta.dirname, '../../examples');

it('counts each step of a run once, and none that it lacks', () => {
  const costs = {
    retrieval: { nodes: ['embed', 'index'], seconds: 6.2 },
    both: { nodes: ['embed', 'index', 'train'], seconds: 263.3 },
    style: { nodes: ['train-style'], seconds: 40.8 },
    elsewhere: { nodes: ['fine-tune'], seconds: 900 },
  };
  const steps = new Set(['embed', 'index', 'train', 'train-style', 'answer']);
  expect(recordedSeconds(costs, steps)).toBe(304);
});

it('examples.json has the least first runs as the claims recorded them', async () => {
  const listed = Object.entries(await exampleListing(examples)).flatMap(([name, { firstRun }]) =>
    firstRun?.isLeast === true ? [[name, firstRun] as const] : [],
  );
  expect(listed.length).toBeGreaterThan(5);
  expect(Object.fromEntries(listed), 'npm run -w bench first-run -- --recorded').toEqual(
    await recordedFirstRuns(examples),
  );
});
