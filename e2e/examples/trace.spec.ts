import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expectAccessible } from '../accessible.ts';
import { expect, test } from '../served-workspace.ts';
import { giveFile } from '../small-graphs.ts';
import { Workbench } from '../workbench.ts';

/** Questions of the handbook of every kind: easy ones, two documents, one without an answer. */
const chosen = ['q07', 'q03', 'q04', 'q12', 'q17', 'q10', 'q13', 'q16', 'q18'];

test('the quickstart says where each wrong answer was lost, and follows it through the graph', async ({
  page,
  workspace,
}) => {
  const read = (name: string) => readFile(path.join(workspace.folder, name), 'utf8');
  const lines = (await read('handbook-questions.jsonl')).split('\n');
  const asked = lines.filter((line) => chosen.some((id) => line.includes(`"id":"${id}"`)));
  expect(asked).toHaveLength(chosen.length);
  await giveFile(workspace.folder, 'traced-questions.jsonl', asked.join('\n'));
  const quickstart = await read('rag-quickstart.graft.json');
  const traced = quickstart.replaceAll('"handbook-questions.jsonl"', '"traced-questions.jsonl"');
  // Without its lock, which is of the other questions.
  const { lock: _, ...graph } = JSON.parse(traced) as Record<string, unknown>;
  await giveFile(workspace.folder, 'traced.graft.json', JSON.stringify(graph));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'traced.graft.json');
  await bench.run();
  await bench.reaches('evaluate', 'succeeded', 400_000);

  const result = page.getByRole('region', { name: 'Result' });
  const parts = page.getByTestId('trace-summary').getByRole('button');
  await test.step('the parts add up to the wrong answers', async () => {
    await expect(result.getByTestId('trace-summary')).toBeVisible();
    const [right = 0, compared = 0] =
      (await result.getByTestId('result-headline').textContent())?.match(/\d+/g)?.map(Number) ?? [];
    expect(compared).toBe(chosen.length);
    await expect(result.getByTestId('trace-summary')).toContainText(
      `Of ${String(compared - right)} wrong answer`,
    );
    const told = await parts.allTextContents();
    expect(told.reduce((sum, text) => sum + Number.parseInt(text, 10), 0)).toBe(compared - right);
  });

  const all = String(chosen.length);
  const wrong = bench.output.locator('article[data-verdict="wrong"]');
  const others = bench.output.locator('article:not([data-verdict="wrong"])');
  await test.step('each part opens as many rows as it says, all of them wrong', async () => {
    for (const part of await parts.all()) {
      const count = Number.parseInt((await part.textContent()) ?? '', 10);
      await part.click();
      await expect(part).toHaveAttribute('aria-pressed', 'true');
      await expect(bench.output).toContainText(`${String(count)} of ${all} rows`);
      await expect(wrong.first()).toBeVisible();
      await expect(others).toHaveCount(0);
    }
    const last = parts.last();
    await last.click();
    await expect(last).toHaveAttribute('aria-pressed', 'false');
    await expect(bench.output).not.toContainText(`of ${all} rows`);
  });

  const followed = page.getByRole('group', { name: 'Followed question' });
  const current = bench.output.locator('[data-current="true"]');
  await test.step('a question is followed through three nodes', async () => {
    await bench.select('generate');
    await page.getByLabel('Sort by').selectOption('verdict');
    await expect(bench.output.locator('article').first()).toHaveAttribute('data-verdict', 'wrong');
    const row = bench.output.locator('[data-row]').first();
    const question = (await row.locator('small').first().textContent()) ?? '?';
    await row.getByRole('button', { name: /^Hybrid retrieval\/Retrieve: / }).click();
    await expect(bench.node('retriever')).toHaveAttribute('data-selected', 'true');
    await expect(followed).toContainText(question);
    await expect(current).toContainText(question);
    // It is unfolded, and shows what was found.
    await expect(current.locator('.gk-hit').first()).toBeVisible();

    await followed.getByRole('button', { name: /^Inject context: / }).click();
    await expect(bench.node('inject-context')).toHaveAttribute('data-selected', 'true');
    await expect(current).toContainText(question);
    await expect(followed.locator('[aria-current="step"]')).toHaveAccessibleName(/^Inject/);
    await expectAccessible(page, 'a followed question');

    // By the canvas as well, and there the order is what it was.
    await bench.select('generate');
    await expect(page.getByLabel('Sort by')).toHaveValue('verdict');
    await expect(current).toContainText(question);
  });

  await test.step('a part stays chosen from node to node', async () => {
    const [part] = await parts.all();
    if (part === undefined) throw new Error('no answer is wrong');
    const text = (await part.textContent()) ?? '';
    await part.click();
    await bench.select('inject-context');
    await expect(followed).toContainText(`Only wrong answers: ${text}.`);
    await expect(bench.output).toContainText(`${String(Number.parseInt(text, 10))} of ${all} rows`);
    await followed.getByRole('button', { name: 'Show all rows' }).click();
    await expect(bench.output).not.toContainText(`of ${all} rows`);
    await followed.getByRole('button', { name: 'Stop following this question' }).click();
    await expect(followed).toHaveCount(0);
    await expect(current).toHaveCount(0);
  });
});
