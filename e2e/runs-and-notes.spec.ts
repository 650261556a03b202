import path from 'node:path';
import { expectAccessible } from './accessible.ts';
import { runGraft } from './served-workspace.ts';
import { expect, test } from './small-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

const questions = 20;

/** Answers of which the first are right. */
const answers = (right: number): string =>
  Array.from({ length: questions }, (_, at) => {
    const id = `q${String(at)}`;
    const question = { id, question: `When is kiln ${String(at)} lit?`, reference: 'At 05:40.' };
    const text = `The kiln is lit at 0${at < right ? '5' : '7'}:40.`;
    const used = { promptTokens: 20, completionTokens: 9, finishReason: 'stop' };
    return `${JSON.stringify({ id, question, text, citations: [], ...used })}\n`;
  }).join('');

const graphOf = (file: string): string =>
  JSON.stringify({
    graft: 1,
    nodes: {
      said: { type: 'load-rows', version: 1, params: { type: 'answers', file } },
      score: { type: 'evaluate', version: 1, params: { metrics: ['accuracy', 'rougeL'] } },
    },
    edges: ['said.rows -> score.answers'],
    layout: { said: [0, 0], score: [320, 0] },
  });

test('all runs have scores, notes and tags, by which they are found, sorted and drawn', async ({
  page,
  workspace,
}) => {
  const { folder, url } = workspace;
  await giveFile(folder, 'rows/scored-few.jsonl', answers(4));
  await giveFile(folder, 'rows/scored-most.jsonl', answers(17));
  await giveFile(folder, 'scored.graft.json', graphOf('rows/scored-few.jsonl'));
  await giveFile(folder, 'scored-elsewhere.graft.json', graphOf('rows/scored-most.jsonl'));
  // One from the command line: what it scored is recorded as it ends.
  await runGraft(['run', path.join(folder, 'scored-elsewhere.graft.json'), '--workspace', folder]);
  const bench = new Workbench(page);
  await bench.open(url, 'scored.graft.json');
  await bench.run();
  await bench.reaches('score', 'succeeded');
  await bench.select('said');
  await bench.tab('Parameters');
  await page.getByRole('combobox', { name: 'File', exact: true }).fill('rows/scored-most.jsonl');
  await bench.run();
  await expect(bench.node('said')).toContainText('17 of 20 right');
  // The command line has computed it.
  await bench.reaches('score', 'cached');

  await bench.tab('All runs');
  const list = page.getByRole('list', { name: 'Runs' });
  const scores = list.getByTestId('run-score');
  await expect(scores).toHaveText(['17 of 20 right', '4 of 20 right']);
  await expect(page.getByTestId('run-count')).toHaveText('2 runs');

  await test.step('a note by keyboard, with tags; Escape leaves it', async () => {
    const add = list.getByRole('button', { name: /^Add a note to the run/ });
    await add.last().focus();
    await page.keyboard.press('Enter');
    const field = list.getByRole('textbox', { name: /^Note and tags of the run/ });
    await expect(field).toBeFocused();
    await page.keyboard.type('Wrong on hours #baseline');
    await page.keyboard.press('Enter');
    const edit = list.getByRole('button', {
      name: /^Edit the note of the run.*Wrong on hours #baseline/,
    });
    await expect(edit).toBeFocused();
    await expect(edit.locator('.chip')).toHaveText('#baseline');
    await page.keyboard.press('Enter');
    await page.keyboard.type(' and more');
    await page.keyboard.press('Escape');
    await expect(edit).toBeFocused();
    await expect(edit).not.toContainText('and more');
    await expectAccessible(page, 'runs with notes');
  });

  await test.step('and by mouse: leaving the field saves it', async () => {
    await list.getByRole('button', { name: /^Add a note to the run/ }).click();
    await page.keyboard.type('Other file #best');
    await page.getByTestId('run-count').click();
    await expect(list.getByRole('button', { name: /Other file #best$/ })).toBeVisible();
  });

  await test.step('sorted by score, and found by tag', async () => {
    const heads = page.getByRole('group', { name: 'Sort runs' });
    await heads.getByRole('button', { name: 'Score' }).press('Enter');
    await expect(scores).toHaveText(['17 of 20 right', '4 of 20 right']);
    await heads.getByRole('button', { name: 'Score' }).press('Enter');
    await expect(scores).toHaveText(['4 of 20 right', '17 of 20 right']);
    await page
      .getByRole('combobox', { name: 'Score' })
      .selectOption({ label: 'ROUGE-L of Evaluate' });
    await expect(scores.first()).toHaveText(/^ROUGE-L 0\.\d+$/);
    await page.getByRole('combobox', { name: 'Score' }).selectOption({ index: 0 });
    await page.getByRole('combobox', { name: 'Find runs' }).fill('#base');
    await expect(scores).toHaveText(['4 of 20 right']);
    await page.getByRole('combobox', { name: 'Find runs' }).fill('');
  });

  await test.step('of all files, with the course of a score', async () => {
    await page.getByRole('checkbox', { name: 'All files' }).check();
    const elsewhere = list.getByRole('listitem').filter({ hasText: 'scored-elsewhere' });
    await expect(elsewhere).toContainText('17 of 20 right');
    await page.getByRole('combobox', { name: 'Find runs' }).fill('scored of 20 right');
    await expect(list.getByRole('listitem')).toHaveCount(3);
    await page.getByRole('button', { name: 'Chart' }).click();
    const course = page.getByTestId('score-course');
    await expect(course.getByRole('img', { name: 'Main score over 3 runs' })).toBeVisible();
    await expect(course.getByTestId('score-point')).toContainText('17 of 20 right');
    await expectAccessible(page, 'the course of a score');
    // A run of another file opens that file.
    await elsewhere.getByRole('button').first().click();
    await expect(page.getByRole('navigation', { name: 'File' })).toContainText('scored-elsewhere');
    await expect(bench.node('said')).toContainText('17 of 20 right');
  });

  await test.step('the command line shows and changes them', async () => {
    const { stdout } = await runGraft(['runs', 'ls', '--workspace', folder]);
    const noted = stdout.split('\n').find((line) => line.includes('#baseline')) ?? '';
    expect(noted).toMatch(/scored\.graft\.json.*4 of 20 right.*#baseline Wrong on hours/);
    const [id = ''] = noted.trim().split(/\s+/);
    await runGraft(['runs', 'note', id, 'Checked', '#done', '--workspace', folder]);
    const { stdout: after } = await runGraft(['runs', 'ls', '--workspace', folder]);
    expect(after).toMatch(/#done Checked/);
    expect(after).not.toContain('#baseline');
  });
});
