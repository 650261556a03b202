import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('an output is frozen, edited by hand, and read in the node’s place', async ({
  page,
  workspace,
}) => {
  await workspace.graph('freezing', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'freezing.graft.json');
  await bench.run();
  await expect(bench.node('chunk')).toHaveAttribute('data-status', /succeeded|cached/);
  await bench.select('files');
  await bench.tab('Output');
  await page.getByRole('button', { name: 'Freeze this output' }).click();
  await expect(page.getByTestId('notice')).toContainText('frozen/freezing/files.documents.jsonl');
  await expect(bench.node('files')).toContainText('(frozen)');

  const frozen = path.join(workspace.folder, 'frozen/freezing/files.documents.jsonl');
  const text = await readFile(frozen, 'utf8');
  await writeFile(frozen, text.replaceAll('Glaze no. 7', 'Glaze no. 9'));
  await bench.run();
  await bench.reaches('files', 'succeeded');
  await bench.select('chunk');
  await bench.tab('Output');
  await expect(bench.output).toContainText('Glaze no. 9');

  await page.keyboard.press('Control+z');
  await expect(bench.node('files')).not.toContainText('(frozen)');
});
