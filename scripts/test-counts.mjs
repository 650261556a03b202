import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ file: string, seconds: number }} TimedFile A test file below the checkout, and how long it took. */

/**
 * Counts of Vitest's JSON report. A file that could not be loaded holds no tests: it counts as one failed.
 * @param {any} report
 * @returns {Counts}
 */
export function vitestCounts(report) {
  const broken = report.testResults.filter(
    (file) =>
      file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * Counts of Playwright's JSON report; a test that passed on a later try passed.
 * @param {any} report
 * @returns {Counts}
 */
export function playwrightCounts({ stats, errors }) {
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
  };
}

/** A message's first line, without the colours of a terminal. */
const firstLine = (message) =>
  stripVTControlCharacters(String(message ?? 'no message'))
    .trim()
    .split('\n', 1)[0];

/**
 * What failed in Vitest's report, one line each: file, test and the first line of its message.
 * @param {any} report
 * @returns {string[]}
 */
export function vitestFailures(report) {
  return report.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    if (file.status === 'failed' && failed.length === 0)
      return [`${file.name}: ${firstLine(file.message)}`];
    return failed.map(
      (test) => `${file.name} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`,
    );
  });
}

/**
 * What failed in Playwright's report, one line each, as in {@link vitestFailures}.
 * @param {any} report
 * @returns {string[]}
 */
export function playwrightFailures({ suites, errors }) {
  const failures = errors.map((error) => firstLine(error.message));
  const visit = (suite) => {
    for (const spec of suite.specs ?? [])
      for (const test of spec.tests.filter((each) => each.status === 'unexpected'))
        failures.push(
          `${spec.file}:${spec.line} > ${spec.title}: ${firstLine(test.results.at(-1)?.error?.message)}`,
        );
    for (const inner of suite.suites ?? []) visit(inner);
  };
  for (const suite of suites) visit(suite);
  return failures;
}

/**
 * How long each file of Vitest's report took.
 * @param {any} report
 * @param {string} root
 * @returns {TimedFile[]}
 */
export function vitestFiles(report, root) {
  return report.testResults.map(({ name, startTime, endTime }) => ({
    file: path.relative(root, name),
    seconds: Math.max(0, endTime - startTime) / 1000,
  }));
}

/**
 * How long each file of Playwright's report took: the sum of its tests.
 * @param {any} report
 * @returns {TimedFile[]}
 */
export function playwrightFiles({ suites }) {
  const seconds = (suite) =>
    [
      ...(suite.specs ?? []).flatMap((spec) => spec.tests.flatMap((test) => test.results)),
      ...(suite.suites ?? []).map((inner) => ({ duration: seconds(inner) * 1000 })),
    ].reduce((sum, { duration }) => sum + duration / 1000, 0);
  return suites.map((suite) => ({ file: `e2e/${suite.file}`, seconds: seconds(suite) }));
}

/**
 * The ten files that took longest.
 * @param {TimedFile[]} files
 */
export function slowest(files) {
  return [...files].sort((a, b) => b.seconds - a.seconds).slice(0, 10);
}

/** @param {Counts[]} all */
export function addCounts(all) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const counts of all) {
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
  }
  return sum;
}
