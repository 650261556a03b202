import { readFile } from 'node:fs/promises';
import { giveFile, menuItem, typedIn } from './small-graphs.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('20,000 rows are searched, jumped through, copied and downloaded', async ({
  context,
  page,
  workspace,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const rows = Array.from({ length: 20_000 }, (_, at) => ({
    id: `q${at}`,
    question: at % 4_000 === 123 ? `Where is the blue heron of ${at}?` : `Question number ${at}`,
  }));
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await giveFile(workspace.folder, 'many.jsonl', text);
  const graph = typedIn('').replace('"questions":""', '"paths":["many.jsonl"]');
  await giveFile(workspace.folder, 'twenty-thousand.graft.json', graph);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'twenty-thousand.graft.json');
  await bench.select('questions');
  await bench.tab('Output');
  await bench.run();
  await bench.reaches('questions', 'succeeded');

  await expect(bench.output.locator('[data-row]').first()).toBeVisible();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('BLUE heron');
  await expect(page.getByTestId('found')).toHaveText('5');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('found')).toHaveText('1 of 5');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('found')).toHaveText('2 of 5');
  const current = bench.output.locator('[data-current="true"]');
  await expect(current).toContainText('blue heron of 4123');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.press('Shift+Enter');
  await expect(current).toContainText('blue heron of 16123');
  await expect(current).toBeInViewport();

  await page.getByLabel('Go to row').fill('12,346');
  await page.keyboard.press('Enter');
  await expect(current).toContainText('Question number 12345');
  // Whoever scrolls on while rows are being read is not fetched back to where was jumped to.
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/api/trpc/artifacts.page**', async (route) => {
    await released;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Last', exact: true }).click();
  await expect(bench.output.locator('[data-waiting]').first()).toBeVisible();
  await bench.output.hover();
  await page.mouse.wheel(0, -300);
  await expect(bench.output.locator('[data-waiting]').last()).not.toBeInViewport();
  release();
  await expect(current).toContainText('Question number 19999');
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  await expect(current).not.toBeInViewport();
  // What is scrolled to comes by itself.
  await page.mouse.wheel(0, -2_000);
  await expect(bench.output.locator('[data-row="19910"]')).toBeInViewport();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('blue heron');
  await page.getByRole('button', { name: 'Only rows that match' }).click();
  await expect(bench.output.locator('[data-row]')).toHaveCount(5);
  await expect(bench.output.locator('[data-row]').nth(2)).toContainText('blue heron of 8123');
  await expect(bench.output).toContainText('5 of 20,000 rows');
  // A row that does not match is shown among all.
  await page.getByRole('button', { name: 'Last', exact: true }).click();
  await expect(current).toContainText('Question number 19999');
  await expect(page.getByRole('button', { name: 'Only rows that match' })).toHaveAttribute(
    'aria-pressed',
    'false',
  );

  await current.hover();
  await current.getByRole('button', { name: 'Copy this row as JSON' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(copied)).toEqual(rows[19_999]);

  await page.getByRole('button', { name: 'Download' }).click();
  const download = page.waitForEvent('download');
  await menuItem(page, 'JSON lines').click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('questions-questions.jsonl');
  expect(await readFile((await file.path()) ?? '', 'utf8')).toBe(text);
});

test('what is found in a folded hit is unfolded', async ({ page, workspace }) => {
  const source = {
    documentId: 'notes',
    path: 'notes.md',
    title: 'Notes',
    start: 0,
    end: 10,
    firstLine: 1,
    lastLine: 1,
  };
  const others = Array.from({ length: 6 }, (_, at) => `${String(at + 4)}th`);
  const rows = ['first', 'second', 'third', ...others].map((id) => ({
    id,
    question: {
      id,
      question: `The ${id} question${id === 'third' ? ', on tenmoku' : ''}?`,
      ...(id === 'first' ? { documents: ['notes.md', 'ash.md'] } : {}),
    },
    hits: [1, 2].map((rank) => ({
      rank,
      score: 1 / rank,
      scores: { dense: 1 / rank },
      chunk: {
        id: `${id}-${rank}`,
        text:
          rank === 2 && id === 'second'
            ? 'A celadon glaze.'
            : rank === 2 && id === 'third'
              ? 'A tenmoku glaze.'
              : 'A plain one.',
        headings: [],
        source,
        metadata: {},
      },
    })),
  }));
  await giveFile(
    workspace.folder,
    'folded.jsonl',
    rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  );
  const params = { type: 'hits', file: 'folded.jsonl' };
  await giveFile(
    workspace.folder,
    'folded-hits.graft.json',
    JSON.stringify({
      graft: 1,
      nodes: { hits: { type: 'load-rows', version: 1, params } },
      edges: [],
      layout: { hits: [80, 80] },
    }),
  );
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'folded-hits.graft.json');
  await bench.select('hits');
  await bench.tab('Output');
  await bench.run();
  await bench.reaches('hits', 'succeeded');

  // Of what holds the answer it is said what was found.
  const first = bench.output.locator('[data-row="0"]');
  await expect(first.locator('summary').first()).toContainText('1 of 2 found');
  await expect(first.getByText('expected', { exact: true })).toHaveCount(2);
  await expect(first).toContainText('not foundash.md');

  const place = bench.output.getByText('A celadon glaze.');
  await expect(place).toBeAttached();
  await expect(place).toBeHidden();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('celadon');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('found')).toHaveText('1 of 1');
  await expect(place).toBeInViewport();
  await expect(bench.output.getByText('A plain one.').first()).toBeHidden();

  // Where the question has it too, one sees that in any case.
  await page.getByLabel('Find in all rows').fill('tenmoku');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('found')).toHaveText('1 of 1');
  await expect(bench.output.getByText('A tenmoku glaze.')).toBeInViewport();
  await expect(bench.output.getByText('The third question, on tenmoku?')).toBeInViewport();
});
