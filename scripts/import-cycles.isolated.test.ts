import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'graft-cycles-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Looks for cycles among files, given as path → text, with the project's settings. */
function check(files: Readonly<Record<string, string>>): { status: number | null; output: string } {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  const bin = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = path.join(root, '.dependency-cruiser.mjs');
  const args = [bin, '--config', config, 'runtime'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { status, output: stdout };
}

describe('the check for import cycles', () => {
  it('refuses a cycle of types through three files, and names them', () => {
    const { status, output } = check({
      'runtime/a.ts': "import type { B } from './b.ts';\nexport type A = B | 1;\n",
      'runtime/b.ts': "import type { C } from './c.ts';\nexport type B = C | 2;\n",
      'runtime/c.ts': "import type { A } from './a.ts';\nexport type C = A[] | 3;\n",
    });
    expect(status).toBeGreaterThan(0);
    expect(output).toContain('no-import-cycle');
    for (const file of ['a.ts', 'b.ts', 'c.ts']) expect(output).toContain(`runtime/${file}`);
  });

  it('accepts files that import one another in one direction only', () => {
    const { status } = check({
      'runtime/a.ts': "import type { B } from './b.ts';\nexport type A = B | 1;\n",
      'runtime/b.ts': 'export type B = 2;\n',
    });
    expect(status).toBe(0);
  });
});
