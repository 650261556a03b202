import path from 'node:path';

/** Data that tests read where it lies and do without where it is missing: `GRAFT_TEST_DATA`, else beside the checkout. */
export function testData(name: string): string {
  const folder =
    process.env['GRAFT_TEST_DATA'] ?? path.join(import.meta.dirname, '../../../../shared/data');
  return path.join(folder, name);
}
