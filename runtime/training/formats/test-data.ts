import path from 'node:path';
import { testDataFolder } from '../env.ts';

/** A file of the test data folder; tests do without it where it is missing, and say so. */
export function testData(name: string): string {
  return path.join(testDataFolder(), name);
}
