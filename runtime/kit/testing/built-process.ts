import { fileURLToPath } from 'node:url';

/**
 * A process of the built command line: it starts in a fraction of the time that its TypeScript source takes. For
 * integration tests, which find the project built.
 */
export function builtProcess(name: 'worker' | 'trainer' | 'converter'): string {
  return fileURLToPath(new URL(`../../../apps/cli/dist/${name}.mjs`, import.meta.url));
}
