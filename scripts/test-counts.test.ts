import { expect, it } from 'vitest';
import {
  addCounts,
  playwrightCounts,
  playwrightFailures,
  playwrightFiles,
  slowest,
  vitestCounts,
  vitestFailures,
  vitestFiles,
} from './test-counts.mjs';

it('counts a test file that could not be loaded as one failed', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 0,
    testResults: [
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'failed', assertionResults: [] },
    ],
  };
  expect(vitestCounts(report)).toEqual({ passed: 5, failed: 2, skipped: 2 });
});

it('adds what Playwright counted', () => {
  const counts = playwrightCounts({
    stats: { expected: 3, flaky: 1, unexpected: 1, skipped: 1 },
    errors: [{ message: 'no server' }],
  });
  expect(counts).toEqual({ passed: 4, failed: 2, skipped: 1 });
  expect(addCounts([counts, { passed: 1, failed: 0, skipped: 0 }])).toEqual({
    passed: 5,
    failed: 2,
    skipped: 1,
  });
});

it('names what failed, a line each', () => {
  expect(
    vitestFailures({
      testResults: [
        {
          name: 'a.test.ts',
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'holds', failureMessages: [] },
            {
              status: 'failed',
              fullName: 'holds too',
              failureMessages: ['\u001b[31mAssertionError: 1 is not 2\u001b[39m\n    at a.ts:1'],
            },
          ],
        },
        { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
      ],
    }),
  ).toEqual(['a.test.ts > holds too: AssertionError: 1 is not 2', 'b.test.ts: no such module']);
  const spec = (title: string, status: string) => ({
    file: 'a.spec.ts',
    line: 7,
    title,
    tests: [{ status, results: [{ error: { message: 'Error: not seen\nCall log' } }] }],
  });
  expect(
    playwrightFailures({
      errors: [{ message: 'no server' }],
      suites: [
        {
          specs: [spec('is seen', 'expected')],
          suites: [{ specs: [spec('clicks', 'unexpected')] }],
        },
      ],
    }),
  ).toEqual(['no server', 'a.spec.ts:7 > clicks: Error: not seen']);
});

it('names the slowest files of both', () => {
  const timed = (name: string, seconds: number) => ({
    ...{ name: `/root/${name}`, startTime: 5_000, endTime: 5_000 + seconds * 1000 },
  });
  const report = {
    testResults: Array.from({ length: 12 }, (_, at) => timed(`${String(at)}.test.ts`, at)),
  };
  const spec = (duration: number) => ({ tests: [{ results: [{ duration }, { duration: 500 }] }] });
  const suites = [
    { file: 'a.spec.ts', specs: [spec(1_000)], suites: [{ specs: [spec(20_000)], suites: [] }] },
  ];
  const files = slowest([...vitestFiles(report, '/root'), ...playwrightFiles({ suites })]);
  expect(files).toHaveLength(10);
  expect(files.slice(0, 2)).toEqual([
    { file: 'e2e/a.spec.ts', seconds: 22 },
    { file: '11.test.ts', seconds: 11 },
  ]);
});
