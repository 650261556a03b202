// Scans nodes/*/node.ts and writes the git-ignored registries nodes/*.gen.ts, so that adding a node type
// adds one folder and edits no list. Files are rewritten only where their text changed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', 'nodes');
const camel = (type) => type.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());

/** Names whose folder holds a node. */
const types = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, 'node.ts')))
  .map((entry) => entry.name)
  .sort();

for (const type of types) {
  const name = camel(type);
  for (const [file, exported] of [
    ['node.ts', name],
    ['run.ts', 'run'],
    ['preview.tsx', 'preview'],
  ]) {
    const path = join(root, type, file);
    if (!existsSync(path)) throw new Error(`nodes/${type}/${file} is missing.`);
    if (!new RegExp(`export (const|function) ${exported}\\b`).test(readFileSync(path, 'utf8'))) {
      throw new Error(`nodes/${type}/${file} must export ${exported}.`);
    }
  }
}

const header = '// Written by scripts/generate-registries.mjs. Do not edit.\n';
const names = types.map(camel);

write(
  'definitions.gen.ts',
  `import { structuralTypes, type NodeType, type Registry } from '@graft/graph';
${types.map((type) => `import { ${camel(type)} } from './${type}/node.ts';`).join('\n')}

export { ${names.join(', ')} };

/** Every node type that runs, sorted by type. */
export const definitions: readonly NodeType[] = [${names.join(', ')}];
/** These, and those that shape a graph. */
export const registry: Registry = new Map(
  [...structuralTypes, ...definitions].map((node) => [node.type, node]),
);
`,
);
write(
  'runs.gen.ts',
  `import type { Implementations } from '@graft/graph';
${types.map((type) => `import { run as ${camel(type)} } from './${type}/run.ts';`).join('\n')}

/** What each node type runs. Heavy libraries are imported within, when they are first needed. */
export const implementations: Implementations = new Map(
  [${names.join(', ')}].map((run) => [run.definition.type, run]),
);
`,
);
write(
  'previews.gen.ts',
  `import type { PreviewComponent } from './kit/ui/index.ts';
${types
  .map((type) => `import { preview as ${camel(type)} } from './${type}/preview.tsx';`)
  .join('\n')}

/** Shows a page of a node type's output. */
export const previews: Readonly<Record<string, PreviewComponent>> = {
${types.map((type) => `  '${type}': ${camel(type)},`).join('\n')}
};
`,
);

function write(file, body) {
  const path = join(root, file);
  const text = header + body;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeFileSync(path, text);
}
