import { readFile } from 'node:fs/promises';
import { expectAccessible } from './accessible.ts';
import { expect, test } from './small-workspace.ts';
import { jsonl, rowsOfTypes } from './rows-of-types.ts';
import { giveFile, menuItem } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

test('rows are sorted, filtered, found far down in a long one, and taken along as Arrow', async ({
  page,
  workspace,
}) => {
  const rows = Array.from({ length: 33 }, (_, at) => ({
    id: `q${at}`,
    question: `${'Why '.repeat(((at * 7) % 33) + 1)}is ${at < 26 ? 'clay' : 'ash'} no. ${at}?`,
  }));
  const long = Array.from({ length: 4_000 }, (_, at) => `Sentence ${at} of many.`).join(' ');
  rows[5] = { id: 'q5', question: `${long} At the end the clay is blue heron glazed.` };
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  await giveFile(workspace.folder, 'sorted/asked.jsonl', text);
  const [hits] = rowsOfTypes['hits'] ?? [];
  const found = Array.from({ length: 9 }, (_, at) => ({
    ...Object(hits),
    ...{ id: `q${at}`, question: { id: `q${at}`, question: `Question ${9 - at}?` } },
  }));
  await giveFile(workspace.folder, 'sorted/found.jsonl', jsonl(found));
  await workspace.graph('sorted', {
    nodes: {
      rows: { type: 'questions', params: { paths: ['sorted/asked.jsonl'] } },
      hits: { type: 'load-rows', params: { type: 'hits', file: 'sorted/found.jsonl' } },
    },
    layout: { rows: [80, 80], hits: [80, 300] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'sorted.graft.json');
  await bench.select('rows');
  await bench.tab('Output');
  await bench.run();
  await bench.reaches('rows', 'succeeded');
  const first = bench.output.locator('[data-row]').first();
  const current = bench.output.locator('[data-current="true"]');
  await expect(first).toContainText('clay no. 0?');

  await test.step('by a column, down or up; words begin with A', async () => {
    await page.getByLabel('Sort by').selectOption('length');
    await expect(first).toHaveAttribute('data-row', '5');
    await page.getByRole('button', { name: 'Descending' }).click();
    await expect(first).toHaveAttribute('data-row', '0');
    // By 7, one after the other: 0, 19, 5 is the long one, 24, …
    await expect(bench.output.locator('[data-row]').nth(1)).toHaveAttribute('data-row', '19');
    // Whoever has scrolled sees the beginning of another order.
    await bench.output.hover();
    await page.mouse.wheel(0, 1_500);
    await expect(first).not.toBeInViewport();
    await page.getByLabel('Sort by').selectOption('question');
    await expect(page.getByRole('button', { name: 'Ascending' })).toBeVisible();
    await expect(first).toContainText('Sentence 0');
    await expect(first).toBeInViewport();
    await page.getByLabel('Sort by').selectOption('length');
    await page.getByRole('button', { name: 'Descending' }).click();
    await expect(first).toHaveAttribute('data-row', '0');
    await expectAccessible(page, 'a sorted output');
  });
  await test.step('what matches is in that order, and it is said how many of how many', async () => {
    await page.getByLabel('Find in all rows').fill('clay');
    await page.getByRole('button', { name: 'Only rows that match' }).click();
    await expect(page.getByTestId('matching')).toHaveText('26 of 33 rows');
    await expect(bench.output.locator('.gk-pager')).toHaveText('26 of 33 rows');
    await page.getByLabel('Find in all rows').press('Enter');
    await page.getByLabel('Find in all rows').press('Enter');
    await expect(current).toHaveAttribute('data-row', '19');
    await page.getByRole('button', { name: 'Only rows that match' }).click();
  });
  await test.step('a match is brought into sight, however far down in its row', async () => {
    await page.getByLabel('Find in all rows').fill('heron');
    await page.getByLabel('Find in all rows').press('Enter');
    await expect(current).toHaveAttribute('data-row', '5');
    await expect(async () => {
      // What is marked is no element.
      const place = await page.evaluate<{ readonly top: number; readonly bottom: number }>(
        "[...CSS.highlights.get('graft-found')][0].getBoundingClientRect().toJSON()",
      );
      const frame = await bench.output.boundingBox();
      expect(place.top).toBeGreaterThan(frame?.y ?? Infinity);
      expect(place.bottom).toBeLessThan((frame?.y ?? 0) + (frame?.height ?? 0));
    }).toPass();
  });
  await test.step('what was unfolded is so in every order, and nothing else', async () => {
    await bench.select('hits');
    const fold = (number: number) => bench.output.locator(`[data-row="${number}"] > details`);
    await fold(3).locator('summary').first().click();
    await page.getByLabel('Sort by').selectOption('question');
    await expect(first).toHaveAttribute('data-row', '8');
    await expect(fold(3)).toHaveAttribute('open');
    // The first is from the beginning.
    await expect(bench.output.locator('[data-row] > details[open]')).toHaveCount(2);
    await bench.select('rows');
  });
  await test.step('as Arrow', async () => {
    await page.getByRole('button', { name: 'Download' }).click();
    const download = page.waitForEvent('download');
    await menuItem(page, 'Table \\(Arrow\\)').click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('rows-questions.arrow');
    const bytes = await readFile((await file.path()) ?? '');
    expect([bytes.subarray(0, 6), bytes.subarray(-6)].map(String)).toEqual(['ARROW1', 'ARROW1']);
    expect(bytes.includes('blue heron glazed')).toBe(true);
  });
});
