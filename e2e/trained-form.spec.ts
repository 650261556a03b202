import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a training in another form than the one asked in is a warning at both nodes', async ({
  page,
  workspace,
}) => {
  await writeFile(
    path.join(workspace.folder, 'trained-form.jsonl'),
    '{"prompt": "What is a plimmet?", "completion": "A wooden rib."}\n',
  );
  await workspace.graph('trained-form', {
    nodes: {
      ask: { type: 'questions', params: { questions: 'What is a plimmet?' } },
      base: { type: 'base-model' },
      prompt: { type: 'prompt' },
      rows: { type: 'load-dataset', params: { files: ['trained-form.jsonl'], evalShare: 0 } },
      train: { type: 'train-lora' },
      write: { type: 'generate', version: 2 },
    },
    edges: [
      ...['ask.questions -> prompt.questions', 'base.model -> train.model'],
      ...['base.model -> write.model', 'prompt.prompts -> write.prompts'],
      ...['rows.dataset -> train.dataset', 'train.adapter -> write.adapters'],
    ],
    layout: {
      ...{ ask: [0, 0], base: [0, 200], prompt: [280, 0] },
      ...{ rows: [0, 400], train: [280, 400], write: [560, 0] },
    },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'trained-form.graft.json');
  const warnings = page.getByTestId('warnings');
  const marks = page.getByTestId(/^warning-/);
  await expect(page.getByTestId('warning-train')).toBeVisible();
  await expect(page.getByTestId('warning-write')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Warnings' }).getByRole('listitem')).toHaveCount(2);
  await expect(page.getByTestId('problem-count')).toHaveCount(0);

  await bench.select('train');
  await bench.tab('Parameters');
  await expect(warnings).toContainText(
    'The rows are plain text, but “Generate” asks in the model’s',
  );
  await bench.select('write');
  await bench.tab('Parameters');
  await expect(warnings).toContainText('“Train LoRA” trained on plain text, but this node asks');
  await expect(warnings).toContainText('Set “Template” of the dataset to chat.');

  // The remedy ends it, and another system prompt than the rows have is the next.
  await bench.select('rows');
  await bench.tab('Parameters');
  await bench.more();
  await page.getByLabel('Template', { exact: true }).selectOption('chat');
  await expect(marks).toHaveCount(0);
  await bench.select('write');
  await bench.tab('Parameters');
  const system = page.getByLabel('System prompt', { exact: true });
  await expect(system).toContainText('Auto. With passages in the prompt: “Use the passages');
  await system.click();
  await page.keyboard.type('Be brief.');
  await expect(warnings).toContainText(
    '“Train LoRA” trained without a system prompt, but this node asks under the system prompt “Be brief.”;',
  );
  await expect(page.getByTestId('warning-train')).toBeVisible();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await expect(system).toContainText('None');
  await expect(marks).toHaveCount(0);
  await page.getByTitle('Default: auto').click();
  await expect(system).toContainText('Auto. With passages');
  await page.keyboard.press('Control+s');
  const file = path.join(workspace.folder, 'trained-form.graft.json');
  await expect.poll(() => readFile(file, 'utf8')).toContain('"system": null');
});
