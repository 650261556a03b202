import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { giveFile } from './small-graphs.ts';
import { expect, test, type SmallGraph, type SmallWorkspace } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

const asked = [
  ['q1', 'Which burner is lit first?', 'Burner three.', 'Burner three'],
  ['q2', 'When is the kiln lit?', 'At noon.', '05:40'],
  ['q3', 'Who set it up?', 'Maud, a sister of Effie.', 'Two sisters, Maud and Effie'],
  ['q4', 'What does it cost?', 'The handbook does not say.', '£40'],
] as const;

/** Answers as a model gave them → what the words say, and what a person says. */
const graphOf = (name: string): SmallGraph => ({
  nodes: {
    answers: { type: 'load-rows', params: { type: 'answers', file: `${name}/answers.jsonl` } },
    words: { type: 'evaluate', params: { metrics: ['accuracy'] } },
    label: { type: 'label', params: { file: `${name}/answers.labels.jsonl` } },
  },
  edges: [
    'answers.rows -> label.answers',
    'answers.rows -> words.answers',
    'words.metrics -> label.verdicts',
  ],
  layout: { answers: [0, 0], words: [300, 160], label: [620, 0] },
});

interface Labelled {
  readonly bench: Workbench;
  readonly file: string;
  /** Labels by question in the file, in its order. */
  labels(): Promise<readonly (readonly [string, string])[]>;
}

async function labelling(
  page: Page,
  { workspace, name }: { readonly workspace: SmallWorkspace; readonly name: string },
): Promise<Labelled> {
  const rows = asked.map(([id, question, text, reference]) =>
    JSON.stringify({
      ...{ id, question: { id, question, reference }, text, citations: [] },
      ...{ promptTokens: 1, completionTokens: 1, finishReason: 'stop' },
    }),
  );
  await giveFile(workspace.folder, `${name}/answers.jsonl`, `${rows.join('\n')}\n`);
  const file = path.join(workspace.folder, name, 'answers.labels.jsonl');
  await rm(file, { force: true });
  await workspace.graph(name, graphOf(name));
  const bench = new Workbench(page);
  await bench.open(workspace.url, `${name}.graft.json`);
  const labels = async (): Promise<readonly (readonly [string, string])[]> => {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
    return lines.filter(Boolean).map((line) => {
      const { id, label }: { id: string; label: string } = JSON.parse(line);
      return [id, label] as const;
    });
  };
  return { bench, file, labels };
}

const dialog = (page: Page): Locator => page.getByTestId('labels-dialog');
const list = (page: Page): Locator => page.getByRole('listbox', { name: 'Answers' });
const shown = (page: Page): Locator => page.getByTestId('answer');
const progress = (page: Page): Locator => page.getByTestId('label-progress');

async function openTable(bench: Workbench): Promise<void> {
  await bench.select('label');
  await bench.page.getByRole('button', { name: 'Label the answers' }).click();
  await expect(list(bench.page)).toBeFocused();
}

test('answers are labelled by keys, kept at once, and the next run says how far a metric agrees', async ({
  page,
  workspace,
}) => {
  const { bench, file, labels } = await labelling(page, { workspace, name: 'labelled' });
  await bench.run();
  // Where there is no file yet nothing is labelled, which is no error.
  await bench.reaches('label', 'succeeded');
  await bench.select('label');
  await bench.tab('Output');
  await expect(bench.output).toContainText('Unlabelled');
  await openTable(bench);

  await expect(progress(page)).toContainText('0 of 4 labelled');
  await expect(shown(page)).toContainText('Which burner is lit first?');
  await expect(shown(page)).toContainText('Burner three.');
  // What metrics say is kept back until there is a label.
  await expect(shown(page)).not.toContainText('Accuracy');
  await page.keyboard.press('r');
  await expect(shown(page)).toContainText('When is the kiln lit?');
  await page.keyboard.press('n');
  await page.keyboard.type('says 05:40, s and r in a note are letters');
  await page.keyboard.press('Escape');
  await page.keyboard.press('w');
  await expect(progress(page)).toContainText('2 of 4 labelled');
  // The person sees what the words do not.
  await page.keyboard.press('r');
  await page.keyboard.press('3');
  await expect(progress(page)).toContainText('4 of 4 labelled');
  await expect(page.getByTestId('labels-state')).toHaveText('Saved');
  expect(await labels()).toEqual([
    ['q1', 'right'],
    ['q2', 'wrong'],
    ['q3', 'right'],
    ['q4', 'skip'],
  ]);
  expect(await readFile(file, 'utf8')).toContain(
    '"note":"says 05:40, s and r in a note are letters"',
  );

  // Undone, done again, and looked at where somebody says otherwise.
  await page.keyboard.press('Control+z');
  await expect(progress(page)).toContainText('3 of 4 labelled');
  await expect(shown(page)).toContainText('What does it cost?');
  await page.keyboard.press('w');
  await page.getByRole('button', { name: /^Disagreeing/ }).click();
  await expect(list(page).getByRole('option')).toHaveText([/Who set it up\?/]);
  await expect(shown(page)).toContainText('≠ Accuracy: wrong');

  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
  await expect(page.getByTestId('notice')).toContainText(
    '4 labels changed in labelled/answers.labels.jsonl',
  );
  // They were given for this graph, which is locked to them: that they differ is no news.
  await expect(page.getByTestId('drift')).toBeHidden();
  await page.getByTestId('notice').getByRole('button', { name: 'Run' }).click();
  // What it says of the next run is over with it.
  await expect(page.getByTestId('notice')).toBeHidden();
  await bench.reaches('label', 'succeeded');
  await bench.select('label');
  await bench.tab('Output');
  await bench.tab('agreement');
  await expect(bench.output).toContainText('Agrees on 3 of 4 answers: 75 %');
  await bench.tab('metrics');
  await expect(bench.output).toContainText('Labelled right');
});

test('answers are labelled by mouse, taken back, and are there after the page is loaded anew', async ({
  page,
  workspace,
}) => {
  const { bench, labels } = await labelling(page, { workspace, name: 'by-mouse' });
  await bench.run();
  await bench.reaches('label', 'succeeded');
  await openTable(bench);
  await list(page).getByRole('option').nth(1).click();
  await page.getByRole('group', { name: 'Label' }).getByRole('button', { name: 'Wrong' }).click();
  await expect(shown(page)).toContainText('Who set it up?');
  await page.getByRole('group', { name: 'Label' }).getByRole('button', { name: 'Right' }).click();
  await list(page).getByRole('option').nth(2).click();
  await page.getByRole('button', { name: 'Remove label' }).click();
  await page.getByRole('button', { name: /^Unlabelled/ }).click();
  await expect(list(page).getByRole('option')).toHaveCount(3);
  await expect(page.getByTestId('labels-state')).toHaveText('Saved');
  expect(await labels()).toEqual([['q2', 'wrong']]);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(dialog(page)).toBeHidden();

  await page.reload();
  await expect(bench.node('label')).toBeVisible();
  await openTable(bench);
  await expect(progress(page)).toContainText('1 of 4 labelled');
  await expect(list(page).getByRole('option').nth(1)).toContainText('wrong');
  // It goes on with the first that has none.
  await expect(shown(page)).toContainText('Which burner is lit first?');
});

test('two tabs that label the same answers are merged, and told of what both changed', async ({
  page,
  context,
  workspace,
}) => {
  const { bench, labels } = await labelling(page, { workspace, name: 'two-tabs' });
  await bench.run();
  await bench.reaches('label', 'succeeded');
  await openTable(bench);
  const second = await context.newPage();
  const other = new Workbench(second);
  await other.open(workspace.url, 'two-tabs.graft.json');
  await expect(other.node('label')).toHaveAttribute('data-status', /succeeded|cached/);
  await openTable(other);

  await page.keyboard.press('r');
  await expect(page.getByTestId('labels-state')).toHaveText('Saved');
  await second.keyboard.press('ArrowDown');
  await second.keyboard.press('w');
  await expect.poll(labels).toEqual([
    ['q1', 'right'],
    ['q2', 'wrong'],
  ]);
  await expect(progress(second)).toContainText('2 of 4 labelled');

  // The first has not seen the label of q2, and gives another.
  await page.keyboard.press('s');
  const told = dialog(page).getByRole('alert');
  await expect(told).toContainText(
    'Somebody else changed the label of “When is the kiln lit?” in the meantime: wrong. Yours: skipped.',
  );
  expect(await labels()).toContainEqual(['q2', 'wrong']);
  await told.getByRole('button', { name: 'Use mine' }).click();
  await expect.poll(labels).toContainEqual(['q2', 'skip']);
  await expect(told).toBeHidden();
});

test('labels that cannot be saved are not lost, and a file that is broken is told', async ({
  page,
  workspace,
}) => {
  const { bench, file, labels } = await labelling(page, { workspace, name: 'broken' });
  await bench.run();
  await bench.reaches('label', 'succeeded');
  await openTable(bench);
  await writeFile(file, '<<<<<<< ours\n');
  await page.keyboard.press('r');
  await expect(dialog(page).getByRole('alert')).toContainText('line 1: this is not JSON');
  const triedAgain = page.waitForResponse((response) => response.url().includes('labels.read'));
  await page.keyboard.press('Escape');
  // Else it may find the file that is mended below.
  await triedAgain;
  await expect(dialog(page)).toBeVisible();
  await writeFile(file, '');
  // A press while the page still reads the broken file tries nothing anew.
  const again = page.getByRole('button', { name: 'Try again' });
  await expect(async () => {
    if (await again.isVisible()) await again.click({ timeout: 1_000 });
    expect(await labels()).toEqual([['q1', 'right']]);
  }).toPass();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toBeHidden();
});
