import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expectAccessible } from '../accessible.ts';
import { browserTest as test, expect, serve } from '../served-workspace.ts';
import { Workbench } from '../workbench.ts';

const files: Readonly<Record<string, string>> = {
  'kiln.md': '# The kiln\n\nAda lights the kiln at six every morning, and Ben empties it at noon.\n',
  'keys.md': '# Keys\n\nThe key of the gate hangs behind the door of the glaze room.\n',
  'letters/clay.txt': 'The clay comes from Orlund, by boat, on the first Monday of a month.\n',
  'rows.jsonl': ['hutch', 'saggar', 'pug mill']
    .map((word) => JSON.stringify({ prompt: `What is a ${word}?`, completion: `A ${word} is here.` }))
    .join('\n'),
};

/** Whether each note shows all of its text. */
const notesAreWhole = async (page: Page): Promise<void> => {
  await expect(page.locator('.note-text').first()).toBeVisible();
  const cut = page
    .locator('.note-text')
    .evaluateAll((notes) => notes.filter((note) => note.scrollHeight > note.clientHeight + 1).length);
  expect(await cut).toBe(0);
};

test('from a folder of files to a first answer in three decisions', async ({ page }) => {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-templates-')));
  await mkdir(path.join(folder, 'letters'));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const server = await serve(folder);
  const bench = new Workbench(page);
  const begin = page.getByRole('region', { name: 'How to begin' });
  const dialog = page.getByRole('dialog', { name: 'New graph' });
  const asked = page.getByRole('dialog', { name: 'Ask these 3 documents' });
  const name = page.getByRole('dialog').getByLabel('Name', { exact: true });
  const create = dialog.getByRole('button', { name: 'Create' });
  try {
    await bench.open(server.url);
    await test.step('the first screen offers what the folder holds, and says what is missing', async () => {
      await expect(begin.getByRole('button', { name: 'Teach a model these 3 rows' })).toBeVisible();
      await expect(begin.getByRole('listitem').filter({ hasText: 'Compare settings' })).toContainText(
        'rows.jsonl has the columns prompt, completion. Comparing needs question',
      );
      await expectAccessible(page, 'what the folder offers');
      await begin.getByRole('button', { name: 'Ask these 3 documents' }).click();
      await expect(asked).toContainText('*.md, letters/**/*.txt');
      await expect(asked.getByRole('radio')).toHaveCount(0);
      await expect(name).toHaveValue('ask-documents');
      await expect(name).toBeFocused();
      await expectAccessible(page, 'a name for what was chosen');
    });

    await test.step('the graph is laid, has no problem, and answers', async () => {
      await page.keyboard.press('Enter');
      await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('ask-documents');
      await expect(bench.node('generate')).toBeVisible();
      await expect(page.getByText('Ask 3 documents')).toBeVisible();
      await notesAreWhole(page);
      await expect(page.getByTestId('plan-line')).toContainText('will run');
      await expect(page.getByTestId('problem-count')).toHaveCount(0);
      await bench.run();
      await bench.reaches('generate', 'succeeded', 240_000);
      await expect(bench.node('files')).toContainText('3 documents');
      const result = page.getByRole('region', { name: 'Result' });
      await expect(result).toContainText('What are these documents about?');
    });

    await test.step('its file is an ordinary one, with paths of the workspace', async () => {
      const text = await readFile(path.join(folder, 'ask-documents.graft.json'), 'utf8');
      expect(text).toMatch(/"paths": \[\s*"\*\.md",\s*"letters\/\*\*\/\*\.txt"\s*\]/);
      expect(text).not.toContain(folder);
    });

    await test.step('a name that is taken is refused, and another way is a choice away', async () => {
      await page.getByRole('button', { name: 'New graph', exact: true }).click();
      await expect(dialog.getByRole('radio', { name: 'Ask these 3 documents' })).toBeChecked();
      await expect(dialog.getByRole('radio', { name: 'Compare settings' })).toBeDisabled();
      await expectAccessible(page, 'the ways to begin a graph');
      await expect(name).toHaveValue('ask-documents-2');
      await name.fill('ask-documents');
      await create.click();
      await expect(dialog.getByRole('alert')).toContainText('already exists');
      await dialog.getByRole('radio', { name: 'Teach a model these 3 rows' }).check();
      await name.fill('words');
      await create.click();
      await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('words');
      await expect(bench.node('train-lora')).toBeVisible();
      await expect(page.getByTestId('plan-line')).toContainText('will run');
      await expect(page.getByTestId('problem-count')).toHaveCount(0);
      await bench.select('questions');
      await bench.tab('Parameters');
      await expect(page.getByLabel('Questions', { exact: true })).toHaveValue('');
      await expect(bench.node('questions')).toContainText('rows.jsonl');
    });
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
});

test('Which way? asks what matters most and for how long, and lays a graph that says so', async ({ page }) => {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-ways-')));
  const asked = JSON.stringify({ question: 'Who lights the kiln?', answer: 'Ada' });
  await writeFile(path.join(folder, 'kiln.md'), files['kiln.md'] ?? '');
  await writeFile(path.join(folder, 'asked.jsonl'), `${asked}\n`);
  const server = await serve(folder);
  const bench = new Workbench(page);
  try {
    await bench.open(server.url);
    await page.getByRole('button', { name: 'Which way?' }).click();
    const dialog = page.getByRole('dialog', { name: 'Which way?' });
    const matters = dialog.getByLabel('What matters most');
    // Nothing lies in a folder of changed documents.
    await expect(matters.getByRole('option')).toHaveText([
      ...['Right answers', 'The wording of the references'],
      'Right answers with few tokens',
    ]);
    const minutes = dialog.getByLabel('Minutes at most');
    await expect(minutes).toHaveValue('45');
    await expectAccessible(page, 'what a comparison of ways is asked for');
    await matters.selectOption('The wording of the references');
    await minutes.fill('');
    await dialog.getByRole('button', { name: 'Create' }).click();
    // The browser says that the number is missing.
    await expect(minutes).toBeFocused();
    await minutes.fill('20');
    await page.keyboard.press('Enter');
    await expect(bench.node('way')).toBeVisible();
    await notesAreWhole(page);
    await expect(page.getByText('how much of their wording answers share')).toBeVisible();
    await expect(page.getByTestId('problem-count')).toHaveCount(0);
    await page.getByRole('button', { name: 'open Experiments' }).click();
    const experiment = page.getByRole('region', { name: 'Experiment which-way' });
    await expect(experiment.getByRole('button', { name: 'Run the experiment' })).toBeEnabled();
    const laid = await readFile(path.join(folder, 'which-way.graft.json'), 'utf8');
    expect(laid).toMatch(/"minutes": 20/);
    expect(laid).toMatch(/"metrics": \[\s*"evaluate\.metrics:rougeL"/);
  } finally {
    server.process.kill('SIGINT');
    await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
});
