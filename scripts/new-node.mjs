// Scaffolds a node type: `npm run new-node -- my-node`. What it writes passes the checks as it is.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const [type, ...rest] = process.argv.slice(2);
if (type === undefined || rest.length > 0 || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(type)) {
  console.error('Usage: npm run new-node -- my-node   (a name in kebab-case)');
  process.exit(2);
}
const folder = join(root, 'nodes', type);
if (existsSync(folder)) {
  console.error(`nodes/${type} is there already.`);
  process.exit(2);
}

const name = type.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
const words = type.replaceAll('-', ' ');
const title = words[0].toUpperCase() + words.slice(1);

const files = {
  'node.ts': `import { Chunks, defineNode, type ParamMeta } from '@graft/graph';
import { z } from 'zod';

export const ${name} = defineNode({
  type: '${type}',
  version: 1,
  implementation: 1,
  title: '${title}',
  group: 'retrieval',
  doc: 'Passes on the chunks that are long enough.',
  inputs: { chunks: { type: Chunks, doc: 'Chunks to choose from.' } },
  outputs: { chunks: { type: Chunks, doc: 'Those that are long enough.' } },
  params: z.strictObject({
    shortest: z
      .int()
      .min(0)
      .default(20)
      .meta({
        title: 'Shortest',
        unit: 'characters',
        description: 'Chunks shorter than this are left out.',
      } satisfies ParamMeta),
  }),
  summary: ({ shortest }) => [['shortest', String(shortest)]],
  caching: 'pure',
  // Item by item: an item whose key was seen before is not computed again.
  items: { over: 'chunks', key: ['text'] },
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
`,
  'run.ts': `import { implementItems } from '@graft/graph';
import { ${name} } from './node.ts';

export const run = implementItems(${name}, {
  runItems(_ctx, batch, _inputs, params): Promise<readonly boolean[]> {
    return Promise.resolve(batch.map(({ text }) => text.length >= params.shortest));
  },
  *expand(row, keep) {
    if (keep) yield row;
  },
});
`,
  'preview.tsx': `import { chunkSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { type PreviewProps, RowList, SourceLink } from '../kit/ui/index.ts';

/** The chunks with where they come from. */
export function preview(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={chunkSchema} unit="chunks">
      {(chunk) => (
        <div className="gk-item">
          <SourceLink span={chunk.source} open={props.openSpan} />
          <div className="gk-text">{chunk.text}</div>
        </div>
      )}
    </RowList>
  );
}
`,
  'README.md': `# ${title}

Passes on the chunks that are long enough.

[Ports and parameters](../../docs/nodes.md#${type})
`,
  'node.test.ts': `import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkSchema } from '@graft/graph';
import { expect, it } from 'vitest';
import { rowsInput, runAll } from '../kit/testing/test-context.ts';
import { ${name} } from './node.ts';
import { run } from './run.ts';

it('leaves out what is too short', async () => {
  const fixture = await readFile(join(import.meta.dirname, 'fixtures', 'chunks.jsonl'), 'utf8');
  const chunks = fixture
    .trim()
    .split('\\n')
    .map((line) => chunkSchema.parse(JSON.parse(line)));
  const params = ${name}.params.parse({ shortest: 10 });
  const rows = await runAll(run, chunks, { inputs: { chunks: rowsInput(chunks) }, params });
  expect(rows.map(({ id }) => id)).toEqual(['kilns.md:0']);
});
`,
  'fixtures/chunks.jsonl': ['The eastern kiln is lit at 05:40.', 'Short.']
    .map((text, at) =>
      JSON.stringify({
        id: `kilns.md:${at * 100}`,
        text,
        headings: ['Kilns'],
        source: {
          documentId: 'kilns.md',
          path: 'kilns.md',
          title: 'Kilns',
          start: at * 100,
          end: at * 100 + text.length,
          firstLine: at + 1,
          lastLine: at + 1,
        },
        metadata: {},
      }),
    )
    .map((line) => `${line}\n`)
    .join(''),
};

mkdirSync(join(folder, 'fixtures'), { recursive: true });
for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
execFileSync(process.execPath, [join(root, 'scripts', 'generate-registries.mjs')], {
  stdio: 'inherit',
});
// The new folder is part of the reference of node types.
execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts', 'generate-docs.ts')], {
  stdio: 'inherit',
  cwd: root,
});
console.log(`Wrote nodes/${type}. Next: make node.ts say what it does, then run.ts.
  npx vitest run --project unit nodes/${type} nodes/definitions.test.ts`);
