import { expect, test } from '../served-workspace.ts';
import { Workbench } from '../workbench.ts';

/** Milliseconds that a first run may take: it downloads both models where they are not here yet, and trains. */
const firstRun = 500_000;

test('runs retrieval and an adapter together, whole, and says what each brought', async ({
  page,
  workspace,
}) => {
  test.setTimeout(600_000);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'rag-vs-lora/rag-vs-lora.graft.json');
  await bench.run();
  await bench.reaches('train-lora', 'succeeded', firstRun);
  for (const id of ['fact', 'form', 'whole']) await bench.reaches(id, 'succeeded', firstRun);

  await test.step('answers end as the house has it', async () => {
    await bench.select('answer');
    await bench.tab('Output');
    const answers = bench.output.locator('article');
    await expect(answers.first()).toBeVisible();
    await expect(answers.filter({ hasText: 'so the tide book says' }).first()).toBeVisible();
  });

  await test.step('each evaluation has its metric', async () => {
    for (const [id, metric] of [
      ['fact', 'Accuracy'],
      ['form', 'Containment'],
      ['whole', 'Exact match'],
    ] as const) {
      await bench.select(id);
      await expect(bench.node(id)).toContainText(new RegExp(`${metric} (0\\.[1-9]|1\\.)`));
    }
  });
});
