import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import { setTimeout } from 'node:timers/promises';
import path from 'node:path';
import { dropFiles } from './drop-files.ts';
import { serve } from './served-workspace.ts';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('an empty workspace says how to begin, and an example is copied into it', async ({ page }) => {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-empty-')));
  const server = await serve(folder);
  const bench = new Workbench(page);
  try {
    await bench.open(server.url);
    const begin = page.getByRole('region', { name: 'How to begin' });
    await expect(begin).toContainText('This workspace has no graph yet');
    // What can be begun at once is the main button.
    await expect(begin.locator('.button.go')).toHaveText(['Start']);
    await expect(
      begin.getByRole('button', { name: 'Ask a model …' }).getByText('Start', { exact: true }),
    ).toBeVisible();
    await begin.getByRole('button', { name: 'New graph …' }).click();
    await expect(page.getByRole('dialog', { name: 'New graph' })).toBeVisible();
    await page.keyboard.press('Escape');
    await begin.getByRole('button', { name: 'Open a package …' }).click();
    await expect(page.getByRole('dialog', { name: 'Open a package' })).toBeVisible();
    await page.keyboard.press('Escape');
    // There is no graph to add a node to.
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('option', { name: /^New graph/ })).toBeVisible();
    await expect(page.getByRole('option', { name: /^Chunk / })).toHaveCount(0);
    await page.keyboard.press('Escape');

    await expect(begin).toContainText('Answers questions from a handbook');
    await expect(begin).toContainText('First run: about 30 seconds on 2 cores');
    await begin.getByRole('button', { name: 'Copy rag-quickstart here' }).press('Enter');
    await expect(bench.node('retriever')).toContainText('Hybrid retrieval');
    await expect(begin).toHaveCount(0);
    await expect(page.getByTestId('plan-line')).toContainText('11 will run');
    await expect(page.getByTestId('drift')).toHaveCount(0);
    expect((await readdir(folder)).sort()).toEqual([
      '.graft',
      'handbook',
      'handbook-questions.jsonl',
      'lib',
      'rag-quickstart.graft.json',
      'reader',
    ]);
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
});

test('what is dropped where no graph is open comes to the workspace, and a package says what is missing, and how to get it', async ({
  page,
  workspace,
}) => {
  await workspace.graph('bare', chunking);
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-bare-')));
  const archive = path.join(folder, 'bare.graft.zip');
  const server = await serve(folder);
  try {
    await new Workbench(page).open(workspace.url, 'bare.graft.json');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('pack the graph');
    await page.getByRole('option', { name: /Pack the graph/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Pack bare' });
    await dialog.getByRole('checkbox', { name: /Data/ }).uncheck();
    const download = page.waitForEvent('download');
    await dialog.getByRole('link', { name: 'Download' }).click();
    await (await download).saveAs(archive);
    await page.goto(server.url);
    const begin = page.getByRole('region', { name: 'How to begin' });
    const clay = path.join(folder, 'sent/clay.md');
    await mkdir(path.dirname(clay));
    await writeFile(clay, 'Clay is wedged.');
    await expect(begin).toContainText('Answers questions from a handbook');
    // The code that takes files comes after them.
    await page.route('**/_next/**', async (route) => {
      await setTimeout(500);
      await route.continue();
    });
    await dropFiles(page, begin, [clay]);
    await expect(page.getByTestId('notice')).toContainText('clay.md is now in the workspace.');
    expect(await readFile(path.join(folder, 'clay.md'), 'utf8')).toBe('Clay is wedged.');
    await dropFiles(page, begin, [archive, clay]);
    await expect(page.getByTestId('notice').last()).toContainText(
      'without other files: bare.graft.zip',
    );
    await dropFiles(page, begin, [archive]);
    const done = page.getByRole('dialog', { name: 'Unpacked bare' });
    await expect(done).toContainText('No file here or in the package matches notes/*.md');
    await expect(done).toContainText('ask for a package with its data');
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
});

test('the first screen follows the files of the folder, and the dialog asks nothing twice', async ({
  page,
}) => {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-follows-')));
  const elsewhere = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-sent-')));
  const server = await serve(folder);
  const begin = page.getByRole('region', { name: 'How to begin' });
  const offer = (name: string) => begin.getByRole('button', { name, exact: true });
  const lacking = (name: string) => begin.getByRole('listitem').filter({ hasText: name });
  try {
    await new Workbench(page).open(server.url);
    await test.step('a file that appears is offered, and one with other columns says what is missing', async () => {
      await expect(lacking('Ask documents')).toContainText('Needs text, Markdown');
      await writeFile(path.join(folder, 'ferry.md'), 'The ferry leaves at nine.');
      await expect(offer('Ask this document …')).toBeVisible();
      await writeFile(path.join(folder, 'pirate.jsonl'), '{"a": "Who?", "b": "Arr."}');
      await expect(lacking('Teach a model rows')).toContainText(
        'pirate.jsonl has the columns a, b. Teaching needs prompt and completion, or question and answer.',
      );
      await expect(lacking('Compare settings')).toContainText(
        'pirate.jsonl has the columns a, b. Comparing needs question and answer, or question and documents.',
      );
    });
    await test.step('a file that changes, and one that goes', async () => {
      await writeFile(path.join(folder, 'pirate.jsonl'), '{"question": "Who?", "answer": "Arr."}');
      await expect(offer('Teach a model this row …')).toBeVisible();
      await rm(path.join(folder, 'pirate.jsonl'));
      await expect(lacking('Teach a model rows')).toBeVisible();
    });
    await test.step('a file that is dropped', async () => {
      const rows = path.join(elsewhere, 'sailors.csv');
      await writeFile(rows, 'prompt,completion\nWho?,Arr.\nWhere?,At sea.\n');
      await dropFiles(page, begin, [rows]);
      await expect(offer('Teach a model these 2 rows …')).toBeVisible();
    });
    await test.step('files that are chosen where some are missing', async () => {
      const asked = path.join(elsewhere, 'asked.csv');
      await writeFile(asked, 'question,reference\nWhen?,At nine.\n');
      const chooser = page.waitForEvent('filechooser');
      await offer('Compare settings …').click();
      await (await chooser).setFiles([asked]);
      await expect(page.getByTestId('notice').last()).toContainText('asked.csv is now in the');
      await expect(begin).toContainText('Chunk size and search mode, by 1 question of asked.csv');
    });
    await test.step('the dialog begins with the best that is ready, and follows the files as well', async () => {
      const dialog = page.getByRole('dialog', { name: 'New graph' });
      await begin.getByRole('button', { name: 'New graph …' }).click();
      await expect(dialog.getByRole('radio', { name: 'Ask this document' })).toBeChecked();
      await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('ask-documents');
      await writeFile(path.join(folder, 'harbour.md'), 'The harbour closes at ten.');
      await expect(dialog.getByRole('radio', { name: 'Ask these 2 documents' })).toBeChecked();
      await page.keyboard.press('Escape');
    });
    await test.step('what was chosen is not asked for again', async () => {
      await offer('Teach a model these 2 rows …').click();
      const dialog = page.getByRole('dialog', { name: 'Teach a model these 2 rows' });
      await expect(dialog).toContainText('sailors.csv');
      await expect(dialog.getByRole('radio')).toHaveCount(0);
      await expect(dialog.getByLabel('Name', { exact: true })).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('teach-model');
      await expect(page.getByTestId('problem-count')).toHaveCount(0);
    });
    await test.step('with a graph open, the dialog follows the files too', async () => {
      await page.getByRole('button', { name: 'New graph', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'New graph' });
      await expect(dialog.getByRole('radio', { name: 'Ask these 2 documents' })).toBeChecked();
      await rm(path.join(folder, 'ferry.md'));
      await expect(dialog.getByRole('radio', { name: 'Ask this document' })).toBeChecked();
    });
    await test.step('what the folder holds comes late, and moves nothing', async () => {
      let tell = (): void => undefined;
      const told = new Promise<void>((resolve) => (tell = resolve));
      // Nor does the live feed tell it.
      await page.routeWebSocket(/api\/live/, () => undefined);
      await page.route(/catalogue\.material/, async (route) => {
        await told;
        await route.continue();
      });
      await page.reload();
      await page.getByRole('button', { name: 'New graph', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'New graph' });
      await expect(dialog).toContainText('Looking through the folder');
      const create = dialog.getByRole('button', { name: 'Create' });
      const before = await create.boundingBox();
      tell();
      await expect(dialog).not.toContainText('Looking through the folder');
      await expect(dialog.getByRole('radio', { name: 'Ask this document' })).toBeChecked();
      expect(await create.boundingBox()).toEqual(before);
    });
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
    await rm(elsewhere, { recursive: true, force: true });
  }
});

test('Back leads from the App to the canvas, and from a new graph to the first screen', async ({
  page,
}) => {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-back-')));
  const server = await serve(folder);
  const bench = new Workbench(page);
  try {
    await bench.open(server.url);
    const begin = page.getByRole('region', { name: 'How to begin' });
    await begin.getByRole('button', { name: 'Copy rag-quickstart here' }).press('Enter');
    await expect(bench.node('retriever')).toBeVisible();
    const app = page.getByRole('banner').getByRole('button', { name: 'App', exact: true });
    await app.click();
    await expect(page.getByRole('button', { name: 'Copy the link' })).toBeVisible();
    await expect.poll(() => new URL(page.url()).searchParams.get('view')).toBe('app');
    await page.goBack();
    await expect(bench.node('retriever')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Copy the link' })).toHaveCount(0);
    await page.goBack();
    await expect(page.getByRole('heading', { name: 'No graph is open' })).toBeVisible();
    await page.goForward();
    await expect(bench.node('retriever')).toBeVisible();
    await page.goForward();
    await expect(page.getByRole('button', { name: 'Copy the link' })).toBeVisible();
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
});
