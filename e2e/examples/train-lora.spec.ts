import type { Locator } from '@playwright/test';
import { expect, test } from '../served-workspace.ts';
import { giveFile } from '../small-graphs.ts';
import { graphText } from '../small-workspace.ts';
import { Workbench } from '../workbench.ts';

/** Milliseconds that a first run may take: it downloads the model where it is not here yet. */
const firstRun = 400_000;

/** Steps that a live curve of the loss has. */
async function stepsOf(curves: Locator): Promise<number> {
  // Read at once: between two looks it may be gone.
  const [label = ''] = await curves
    .getByRole('img', { name: /^Loss over/ })
    .evaluateAll((charts) => charts.map((one) => one.getAttribute('aria-label') ?? ''));
  return Number(/over (\d+) steps/.exec(label)?.[1] ?? 0);
}

test('trains the LoRA example, and answers with its adapter', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  const curves = page.getByTestId('live-curves');
  await bench.open(workspace.url, 'lora-quickstart.graft.json');

  await test.step('ask for a short training', async () => {
    await bench.select('dataset');
    await bench.tab('Parameters');
    await bench.more();
    await bench.fill('Limit', '40');
    await bench.select('train-lora');
    await bench.fill('Batch', '2');
    await bench.more();
    await bench.fill('Max steps', '16');
    await bench.tab('Output');
    await bench.runUpToHere();
  });

  await test.step('watch the loss', async () => {
    await expect.poll(() => stepsOf(curves), { timeout: firstRun }).toBeGreaterThan(1);
    await expect(curves).toContainText('remaining');
    await expect(curves).toContainText('Learning rate');
    await expect(bench.node('train-lora').getByTestId('node-curve')).toContainText(/loss \d/);
  });

  await test.step('reload in the middle: it goes on', async () => {
    await page.reload();
    await bench.select('train-lora');
    await bench.tab('Output');
    await expect.poll(() => stepsOf(curves), { timeout: firstRun }).toBeGreaterThan(2);
    const before = await stepsOf(curves);
    await bench.reaches('train-lora', 'running');
    await expect.poll(() => stepsOf(curves), { timeout: firstRun }).toBeGreaterThan(before);
    await bench.reaches('train-lora', 'succeeded', firstRun);
  });

  await test.step('look into the adapter', async () => {
    await expect(bench.output.getByRole('img', { name: /^Loss over/ })).toBeVisible();
    await bench.tab('adapter');
    await expect(bench.output).toContainText('SmolLM2-135M-Instruct');
    await expect(bench.output).toContainText(/share of the base\s*\d+(\.\d+)? %/);
    await expect(bench.output).toContainText(/base digest\s*[0-9a-f]{64}/);
    await expect(bench.output.locator('.gk-heat rect title')).toHaveCount(30 * 7);
    await bench.output.locator('.gk-heat rect').first().click();
    await expect(bench.output).toContainText('layer 0 · q_proj');
    await bench.tab('metrics');
    await expect(bench.output).toContainText(/trainable %\s*1\.78/);
    await expect(bench.output.getByRole('img', { name: /^Loss over 1[67] steps/ })).toBeVisible();
  });

  await test.step('see the examples and what is trained of them', async () => {
    await bench.select('dataset');
    await expect(bench.output).toContainText('assistant · trained');
    await bench.tab('tokens');
    await expect(bench.output).toContainText(/\d+ of \d+ tokens trained/);
    await expect(bench.output.locator('.gk-token[data-trained="true"]').nth(1)).toBeVisible();
  });

  await test.step('answer with the adapter', async () => {
    await bench.select('questions');
    await bench.tab('Parameters');
    await bench.more();
    await bench.fill('Limit', '2');
    await bench.select('after');
    await bench.tab('Output');
    await bench.runUpToHere();
    await bench.reaches('after', 'succeeded', firstRun);
    await bench.reaches('train-lora', 'cached');
    await expect(bench.output.locator('article')).toHaveCount(2);
    await bench.select('train-lora');
    await expect(page.getByTestId('reason')).toContainText(/Reused from the run of \d\d:\d\d/);
  });
});

/** A training of random weights that ends only when it is cancelled. */
const endless = {
  nodes: {
    base: { type: 'base-model' },
    start: {
      type: 'random-model',
      params: { layers: 2, width: 64, heads: 4, kvHeads: 2, feedForward: 128 },
    },
    rows: { type: 'load-dataset', params: { files: ['kilns.jsonl'], evalShare: 0 } },
    lora: {
      type: 'train-lora',
      params: { ...{ maxLength: 256, batch: 8, microBatch: 8 }, ...{ epochs: 1000, rank: 4 } },
    },
  },
  edges: ['base.model -> start.like', 'start.model -> lora.model', 'rows.dataset -> lora.dataset'],
};

const rows = Array.from({ length: 64 }, (_, at) =>
  JSON.stringify({ instruction: `What is kiln ${String(at)}?`, output: `It is ${'very '.repeat(90)}hot.` }),
).join('\n');

test('a training that was cancelled keeps its steps, and the next run continues from there', async ({
  page,
  workspace,
}) => {
  const bench = new Workbench(page);
  const foot = bench.node('lora').locator('.node-foot');
  const reason = page.getByTestId('reason');
  const cancel = page.getByRole('banner').getByRole('button', { name: 'Cancel' });
  const numberIn = (text: string | null): number =>
    Number(/\d[\d,]*/.exec(text ?? '')?.[0].replaceAll(',', '') ?? 0);
  const step = async (): Promise<number> => numberIn(await foot.textContent());
  await giveFile(workspace.folder, 'kilns.jsonl', `${rows}\n`);
  await giveFile(workspace.folder, 'endless.graft.json', graphText(endless));
  await bench.open(workspace.url, 'endless.graft.json');
  await bench.select('lora');
  await bench.tab('Output');
  await bench.runUpToHere();
  // At step 0 there is nothing to keep.
  await expect(foot).toContainText(/[1-9]\d* of 8,000 steps/, { timeout: firstRun });

  await cancel.click();
  await bench.reaches('lora', 'cancelled');
  await expect(foot).toContainText(/^cancelled at step [\d,]+, (saved|saving)/);
  const stopped = await step();
  await expect(reason).toContainText(`Stopped at step ${stopped.toLocaleString('en')}`);

  await bench.runUpToHere();
  // The step that was under way may have been kept, too.
  await expect(reason).toContainText(/Continues from step [\d,]+\./);
  expect(numberIn(await reason.textContent())).toBeGreaterThanOrEqual(stopped);
  await expect(foot).toContainText(/[1-9]\d* of 8,000 steps/);
  await expect.poll(step).toBeGreaterThan(stopped);

  await cancel.click();
  await bench.reaches('lora', 'cancelled');
  expect(await step()).toBeGreaterThan(stopped);
});
