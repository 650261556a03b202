import { expect, it } from 'vitest';
import { addCounts, playwrightCounts, vitestCounts } from './test-counts.mjs';

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
