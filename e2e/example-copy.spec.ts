import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { browserTest, serve } from './served-workspace.ts';
import { chunking, expect, graphText } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

const example = 'split-notes.graft.json';
const listed = {
  about: 'Splits.',
  headline: 'chunk',
  firstRun: { seconds: 150, cores: 2, date: '2026-12-01' },
};

/** A workspace that is the folder of the examples, as `npm start` serves it. */
const test = browserTest.extend<{ served: { readonly url: string; readonly folder: string } }>({
  served: async ({}, use) => {
    const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-examples-')));
    await writeFile(path.join(folder, 'examples.json'), JSON.stringify({ [example]: listed }));
    await writeFile(
      path.join(folder, 'kilns.md'),
      '# Kilns\n\nThe eastern kiln is lit at 05:40.\n',
    );
    const nodes = {
      ...chunking.nodes,
      files: { type: 'load-files', params: { paths: ['*.md'] } },
    };
    await writeFile(path.join(folder, example), graphText({ ...chunking, nodes }));
    const server = await serve(folder, { GRAFT_EXAMPLES: folder });
    await use({ url: server.url, folder });
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  },
});

test('a changed example is saved as a copy, which can be reset', async ({ page, served }) => {
  const inFolder = (name: string) => readFile(path.join(served.folder, name), 'utf8');
  const asItCame = await inFolder(example);
  const bench = new Workbench(page);
  const named = page.getByRole('navigation', { name: 'File' });
  await bench.open(served.url, example);

  await test.step('it says beforehand how long it takes', async () => {
    await expect(page.getByTestId('plan-line')).toContainText('about 3 minutes on 2 cores');
    await expect(page.getByTestId('inspector')).toContainText(
      'The first run takes about 3 minutes on 2 cores.',
    );
  });

  await test.step('a run of it as it came writes nothing', async () => {
    await bench.run();
    await bench.reaches('chunk', 'succeeded');
    await expect(named).toContainText('split-notes');
    await expect(page.getByTestId('plan-line')).toHaveText('all reused');
  });

  await test.step('the run leads to the result that matters', async () => {
    await bench.select('files');
    await page.getByTestId('result-link').click();
    await expect(bench.node('chunk')).toHaveAttribute('data-selected', 'true');
    await expect(bench.output).toContainText('The eastern kiln is lit at 05:40');
  });

  await test.step('its first change becomes a file of its own, which is what runs', async () => {
    await bench.select('chunk');
    await bench.fill('Size', '64');
    await bench.run();
    await expect(named).toContainText('mine');
    await expect(
      page.getByText('Saved as mine/split-notes. The example stays as it came.'),
    ).toBeVisible();
    await expect(page).toHaveURL(/graph=mine%2Fsplit-notes/);
    await bench.reaches('chunk', 'succeeded');
    expect(await inFolder(`mine/${example}`)).toContain('"size": 64');
    expect(await inFolder(example)).toBe(asItCame);
  });

  await test.step('it is reset by its command, and Undo takes that back', async () => {
    const size = page.getByLabel('Size', { exact: true });
    await bench.tab('Parameters');
    await expect(size).toHaveValue('64');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command menu' }).fill('Reset the example');
    await page.keyboard.press('Enter');
    await expect(page.getByText('Reset to the example as it came.')).toBeVisible();
    await expect(size).toHaveValue('128');
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
    await expect(size).toHaveValue('64');
  });

  await test.step('a second copy takes a number', async () => {
    await bench.open(served.url, example);
    await bench.select('chunk');
    await bench.fill('Size', '32');
    await page.keyboard.press('Control+s');
    await expect(named).toContainText('split-notes-2');
    expect(await inFolder(`mine/split-notes-2.graft.json`)).toContain('"size": 32');
    expect(await inFolder(example)).toBe(asItCame);
  });
});
