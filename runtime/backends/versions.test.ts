import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import manifest from './package.json' with { type: 'json' };
import { backendVersions } from './versions.ts';

it('are those that are installed', () => {
  const { resolve } = createRequire(import.meta.url);
  const installed = (name: string): unknown => {
    const path = resolve.paths(name)?.map((folder) => `${folder}/${name}/package.json`) ?? [];
    for (const each of path) {
      try {
        const found: unknown = JSON.parse(readFileSync(each, 'utf8'));
        return typeof found === 'object' && found !== null && 'version' in found && found.version;
      } catch {
        // Not in this folder.
      }
    }
    return undefined;
  };
  const engines = ['onnxruntime-node', 'node-llama-cpp', '@lancedb/lancedb'] as const;
  for (const name of engines) expect(installed(name)).toBe(manifest.dependencies[name]);
  expect(Object.values(backendVersions).join()).not.toContain('undefined');
});
