import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openChatServer } from '../runtime/backends/testing/chat-server.ts';
import { asking, expect, test, type SmallWorkspace } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Writes `lib/cut`, which chunks documents, and a graph that uses it. */
async function giveGraphs(workspace: SmallWorkspace, name: string, size: number): Promise<void> {
  await mkdir(path.join(workspace.folder, 'lib'), { recursive: true });
  await workspace.graph(`lib/${name}-cut`, {
    nodes: {
      docs: { type: 'input', params: { name: 'documents', type: 'documents' } },
      chunk: { type: 'chunk', params: { size } },
      out: { type: 'output', params: { name: 'chunks' } },
    },
    edges: ['docs.value -> chunk.documents', 'chunk.chunks -> out.value'],
  });
  if (size !== 71) return;
  await workspace.graph(name, {
    nodes: {
      files: { type: 'load-files', params: { paths: ['notes/*.md'] } },
      cut: { type: 'graph', params: { use: `lib/${name}-cut.graft.json` } },
    },
    edges: ['files.documents -> cut.documents'],
    layout: { files: [0, 0], cut: [280, 0] },
  });
}

test('a graph that is used has changed: what changed is shown, taken, or kept as it was', async ({
  page,
  workspace,
}) => {
  await giveGraphs(workspace, 'referring', 71);
  const file = path.join(workspace.folder, 'referring.graft.json');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'referring.graft.json');
  await bench.select('cut');
  await page.getByLabel('Title', { exact: true }).fill('Cutter');
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFile(file, 'utf8')).toContain('referring-cut.graft.json": "');
  const drift = page.getByTestId('drift');
  await expect(drift).toHaveCount(0);

  await giveGraphs(workspace, 'referring', 73);
  await expect(bench.node('cut')).toContainText('changed since locked');
  await expect(bench.node('files')).not.toContainText('changed since locked');
  await expect(drift).toContainText('lib/referring-cut has changed since it was locked');
  await expect(drift).toContainText('"chunk": size 71 → 73');
  await bench.run();
  await bench.reaches('cut', 'succeeded');

  await drift.getByRole('button', { name: 'Keep locked version' }).click();
  await expect(drift).toHaveCount(0);
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFile(file, 'utf8')).toContain('"use": "#referring-cut"');
  expect(await readFile(file, 'utf8')).toContain('"size": 71');
  await page.keyboard.press('Control+z');
  await expect(drift).toContainText('71 → 73');

  await drift.getByRole('button', { name: 'Accept change' }).click();
  await expect(drift).toHaveCount(0);
  await page.keyboard.press('Control+s');
  await expect
    .poll(() => readFile(file, 'utf8'))
    .toContain('"use": "lib/referring-cut.graft.json"');
  await page.reload();
  await expect(bench.node('cut')).toBeVisible();
  await expect(page.getByText('changed since locked')).toHaveCount(0);
});

test('a graph that is used has changed while a run goes on: that is said, and planned, at once', async ({
  page,
  workspace,
}) => {
  // The model never answers: its step goes on until it is cancelled.
  await using chat = await openChatServer(() => new Promise(() => undefined));
  await giveGraphs(workspace, 'changing', 71);
  const file = path.join(workspace.folder, 'changing.graft.json');
  const { nodes, edges, layout } = asking(chat.url);
  await workspace.graph('changing', {
    nodes: {
      ...nodes,
      files: { type: 'load-files', params: { paths: ['notes/*.md'] } },
      cut: { type: 'graph', params: { use: 'lib/changing-cut.graft.json' } },
    },
    edges: [...edges, 'files.documents -> cut.documents'],
    layout: { ...layout, files: [0, 400], cut: [280, 400] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'changing.graft.json');
  await bench.select('files');
  await page.getByLabel('Title', { exact: true }).fill('Notes');
  await page.keyboard.press('Control+s');
  await expect.poll(() => readFile(file, 'utf8')).toContain('changing-cut.graft.json": "');
  await bench.run();
  await bench.reaches('write', 'running');
  await giveGraphs(workspace, 'changing', 73);
  await expect(bench.node('cut')).toContainText('changed since locked');
  await bench.select('cut');
  await expect(page.getByTestId('drift')).toContainText('"chunk": size 71 → 73');
  await bench.reaches('write', 'running');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await bench.reaches('write', 'cancelled');
});
