import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { bundleTestRejections, type Bundle } from '../testing/bundle-test-worker.ts';

const saidSchema = z.object({
  ends: z.array(
    z.object({
      runId: z.string(),
      status: z.string(),
      error: z.string().optional(),
      recorded: z.string(),
    }),
  ),
  logged: z.array(z.string()),
});

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleTestRejections();
});
afterAll(() => bundle.remove());

it('logs a rejection that nobody awaits, fails the run that it belongs to, and goes on', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [bundle.entry]);
  const { ends, logged } = saidSchema.parse(JSON.parse(stdout));
  const message = 'A bug in Graft: lost';
  const failed = { status: 'failed', error: message, recorded: 'failed' };
  expect(ends).toEqual([
    { runId: expect.any(String), ...failed },
    { runId: expect.any(String), status: 'succeeded', recorded: 'succeeded' },
    { runId: expect.any(String), ...failed },
  ]);
  const [run, , experiment] = ends;
  expect(logged).toHaveLength(3);
  expect(logged.join('\n')).toContain(`in run ${run?.runId ?? ''}, which fails: TypeError: lost`);
  expect(logged.join('\n')).toContain(`in run ${experiment?.runId ?? ''}, which fails`);
  expect(logged.at(-1)).toContain('outside of any run');
});
