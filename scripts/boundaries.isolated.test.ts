import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { refusal } from './lint/allowed-imports.mjs';

const root = path.resolve(import.meta.dirname, '..');

describe('import boundaries', () => {
  it('refuses a deliberately illegal import, saying why', async () => {
    const eslint = new ESLint({ cwd: root });
    // The text of an existing file is replaced, so that the type-checked rules know its project.
    const [result] = await eslint.lintText(
      "import { readFile } from 'node:fs/promises';\nexport const read = readFile;\n",
      { filePath: path.join(root, 'runtime/graph/format/graph.ts') },
    );
    expect(result?.messages.map((message) => [message.ruleId, message.message])).toEqual([
      ['graft/allowed-imports', expect.stringContaining('runtime/graph is pure')],
    ]);
  });

  it.each([
    ['runtime/graph/plan.ts', 'react'],
    ['runtime/graph/plan/plan-graph.ts', '../../engine/index.ts'],
    ['nodes/chunk/node.ts', 'node:fs'],
    ['nodes/chunk/run.ts', '../embed/node.ts'],
    ['nodes/embed/run.ts', '@huggingface/transformers'],
    ['nodes/embed/preview.tsx', '@graft/workspace'],
    ['nodes/embed/preview.tsx', '../chunk/node.ts'],
    ['runtime/engine/scheduler.ts', '@graft/store'],
    ['runtime/engine/scheduler.ts', '@graft/nodes/definitions'],
    ['runtime/engine/scheduler.ts', '../store/index.ts'],
    ['runtime/backends/onnx/embedder.ts', '@graft/engine'],
    ['runtime/worker/main.ts', '@graft/web/server'],
    ['runtime/worker/main.ts', '@graft/nodes/previews'],
    ['apps/web/features/notebook/cell.tsx', '../canvas/viewport.ts'],
    ['apps/web/features/notebook/cell.tsx', '../../shell/features.ts'],
    ['apps/web/features/canvas/notes/note-card.tsx', '../../inspector/output-tab.tsx'],
    ['apps/web/kit/modal.ts', '../features/canvas/viewport.ts'],
    ['apps/web/kit/modal.ts', '../api/client.ts'],
    ['apps/web/kit/modal.ts', '@tanstack/react-query'],
    ['apps/web/api/client.ts', '../kit/modal.ts'],
    ['apps/view/screen/screen-store.ts', 'react'],
    ['apps/web/components/canvas.tsx', '@graft/workspace'],
    ['apps/web/components/canvas.tsx', '@graft/nodes/runs'],
    ['apps/web/components/canvas.tsx', 'node:fs'],
    ['apps/web/server/index.ts', '@graft/backends'],
    ['apps/web/server/index.ts', 'onnxruntime-node'],
    ['apps/cli/run.ts', 'node-llama-cpp'],
    ['runtime/workspace/open-workspace.ts', '@graft/store/testing'],
    ['runtime/store/collect-garbage.ts', './testing/memory/index.ts'],
    ['nodes/chunk/run.ts', '../kit/testing/growth.ts'],
  ])('%s may not import %s', (file, specifier) => {
    expect(refusal(file, specifier)).toMatch(/may not import .+: .+\.$/);
  });

  it.each([
    ['runtime/graph/plan.ts', 'zod'],
    ['runtime/graph/plan/plan-graph.ts', '../format/graph.ts'],
    ['nodes/chunk/node.ts', '@graft/graph'],
    ['nodes/load-files/run.ts', 'pdfjs-dist/legacy/build/pdf.mjs'],
    ['nodes/embed/preview.tsx', '../kit/ui/index.ts'],
    ['runtime/store/prisma/run-store.ts', '@graft/prisma'],
    ['runtime/worker/main.ts', '@graft/engine'],
    ['apps/web/features/canvas/notes/note-card.tsx', '../viewport.ts'],
    ['apps/web/features/notebook/cell.tsx', '../../kit/slots.ts'],
    ['apps/web/shell/features.ts', '../features/canvas/actions.ts'],
    ['apps/web/server/index.ts', '@graft/workspace'],
    ['apps/cli/serve.ts', '@graft/web/server'],
    ['runtime/store/collect-garbage.test.ts', './testing/memory/index.ts'],
    ['runtime/engine/testing.ts', '@graft/graph/testing'],
  ])('%s may import %s', (file, specifier) => {
    expect(refusal(file, specifier)).toBeUndefined();
  });

  it('keeps what a package does not export from resolving', () => {
    const resolve = (specifier: string): string =>
      execFileSync(
        process.execPath,
        ['--input-type=module', '-e', `import.meta.resolve(${JSON.stringify(specifier)})`],
        { cwd: path.join(root, 'apps/cli'), encoding: 'utf8', stdio: 'pipe' },
      );
    expect(() => resolve('@graft/graph/plan/plan-graph.ts')).toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    );
    expect(resolve('@graft/graph')).toBe('');
  });
});
