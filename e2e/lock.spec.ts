import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

interface Lock {
  readonly models?: Readonly<Record<string, { readonly size: number }>>;
  readonly files?: Readonly<Record<string, { readonly digest: string }>>;
}
async function lockOf(file: string): Promise<Lock> {
  const { lock = {} } = JSON.parse(await readFile(file, 'utf8')) as { lock?: Lock };
  return lock;
}
const filesOf = async (file: string): Promise<string[]> =>
  Object.keys((await lockOf(file)).files ?? {});

/** A graph file as Graft writes it: a run changes nothing of it but the lock. */
const canonical = `{
  "graft": 1,
  "nodes": {
    "chunk": {
      "type": "chunk",
      "version": 1,
      "params": {
        "size": 128
      }
    },
    "files": {
      "type": "load-files",
      "version": 1,
      "params": {
        "paths": ["notes/*.md"]
      }
    }
  },
  "edges": [
    "files.documents -> chunk.documents"
  ],
  "layout": {
    "chunk": [280, 0],
    "files": [0, 0]
  }
}
`;

test('says which data have changed since the graph was locked, and takes them', async ({
  page,
  workspace,
}) => {
  await workspace.graph('locked', chunking);
  const file = path.join(workspace.folder, 'locked.graft.json');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'locked.graft.json');
  await bench.select('chunk');
  await bench.tab('Parameters');
  await bench.fill('Size', '64');
  await page.keyboard.press('Control+s');
  await expect.poll(() => filesOf(file)).toEqual(['notes/*.md']);
  const before = await lockOf(file);
  await expect(page.getByText('changed since locked')).toHaveCount(0);

  await writeFile(path.join(workspace.folder, 'notes/kilns.md'), '# Kilns\n\nLit at six.\n');
  await page.reload();
  await expect(bench.node('files')).toContainText('changed since locked');
  await expect(bench.node('chunk')).not.toContainText('changed since locked');
  const drift = page.getByTestId('drift');
  await bench.canvas.click({ position: { x: 30, y: 30 } });
  await expect(drift).toContainText('notes/*.md has changed since it was locked');
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  expect(await lockOf(file)).toEqual(before);

  await bench.select('files');
  await drift.getByRole('button', { name: 'Accept all changes' }).click();
  await expect(drift).toHaveCount(0);
  await expect(bench.node('files')).not.toContainText('changed since locked');
  await page.keyboard.press('Control+s');
  await expect
    .poll(async () => (await lockOf(file)).files?.['notes/*.md']?.digest)
    .not.toBe(before.files?.['notes/*.md']?.digest);
});

test('refuses another model than the locked one until it is taken', async ({ page, workspace }) => {
  await workspace.graph('model', {
    ...chunking,
    nodes: { ...chunking.nodes, embed: { type: 'embed' } },
    edges: [...(chunking.edges ?? []), 'chunk.chunks -> embed.chunks'],
    layout: { files: [0, 0], chunk: [280, 0], embed: [560, 0] },
  });
  const file = path.join(workspace.folder, 'model.graft.json');
  const graph: unknown = JSON.parse(await readFile(file, 'utf8'));
  const models = { 'all-MiniLM-L6-v2': { digest: 'f'.repeat(64), size: 1 } };
  await writeFile(file, JSON.stringify({ ...Object(graph), lock: { models } }));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'model.graft.json');
  await expect(bench.node('embed')).toContainText('has changed since it was locked');
  await bench.run();
  await expect(
    page.getByText('The model "all-MiniLM-L6-v2" has changed since it was locked').last(),
  ).toBeVisible();
  await bench.reaches('embed', 'idle');
  await bench.select('embed');
  const drift = page.getByTestId('drift');
  await expect(drift).toContainText('cannot run until you accept the change');
  await drift.getByRole('button', { name: 'Accept all changes' }).click();
  await expect(drift).toHaveCount(0);
  await expect(bench.node('embed')).not.toContainText('changed since it was locked');
  await page.keyboard.press('Control+z');
  await expect(drift).toBeVisible();
  await page.keyboard.press('Control+Shift+z');
  await page.keyboard.press('Control+s');
  await expect
    .poll(async () => (await lockOf(file)).models?.['all-MiniLM-L6-v2']?.size)
    .toBeGreaterThan(1);
});

test('takes over the lock that a run writes, and keeps what is drawn meanwhile', async ({
  page,
  workspace,
}) => {
  const file = path.join(workspace.folder, 'first-run.graft.json');
  await writeFile(file, canonical);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'first-run.graft.json');
  await bench.run();
  await bench.reaches('chunk', 'succeeded');
  await expect.poll(() => filesOf(file)).toEqual(['notes/*.md']);
  await bench.select('chunk');
  await bench.tab('Parameters');
  await bench.fill('Size', '96');
  await page.keyboard.press('Control+s');
  await expect.poll(async () => readFile(file, 'utf8')).toContain('"size": 96');
  expect(await filesOf(file)).toEqual(['notes/*.md']);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByText('changed outside')).toHaveCount(0);
});
