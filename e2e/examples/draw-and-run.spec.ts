import { expect, test } from '../served-workspace.ts';
import { Workbench } from '../workbench.ts';

/** A part of the handbook that answers the questions: what is shown does not depend on how much there is. */
const documents = 'handbook/kilns/*.md';
/** Milliseconds that a first run may take: it downloads the models where they are not here yet. */
const firstRun = 400_000;

test('draws the quickstart by hand, runs it, and reads a cited answer', async ({
  page,
  workspace,
}) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url);
  await bench.newGraph('by-hand');

  await test.step('drag the nodes', async () => {
    const places: [title: string, x: number, y: number][] = [
      ['Files', 90, 40],
      ['Chunk', 330, 40],
      ['Embed', 570, 40],
      ['Questions', 90, 250],
      ['Index', 330, 250],
      ['Retrieve', 570, 250],
      ['Inject context', 90, 440],
      ['Base model', 330, 440],
      ['Generate', 570, 440],
    ];
    for (const [title, x, y] of places) await bench.drag(title, x, y);
  });

  await test.step('connect them', async () => {
    await bench.connect('load-files.documents', 'chunk.documents');
    await bench.connect('chunk.chunks', 'embed.chunks');
    await bench.connect('embed.embeddings', 'index.embeddings');
    await bench.connect('index.index', 'retrieve.index');
    await bench.connect('questions.questions', 'retrieve.questions');
    await bench.connect('retrieve.hits', 'inject-context.hits');
    await bench.connect('inject-context.prompts', 'generate.prompts');
    await bench.connect('base-model.model', 'generate.model');
  });

  await test.step('fill in the parameters', async () => {
    await bench.select('load-files');
    await bench.tab('Parameters');
    await page.getByRole('button', { name: 'Add to Files' }).click();
    await bench.fill('Files, row 1', documents);
    await bench.select('questions');
    await bench.fill(
      'Questions',
      'How much fuel does one firing of the wood kiln consume?\nWhich burner of the Eastern Kiln is lit first?',
    );
    await bench.select('generate');
    await bench.fill('Max tokens', '60');
  });

  await test.step('run it and watch the answer being written', async () => {
    await bench.select('generate');
    await bench.tab('Output');
    await bench.run();
    await bench.reaches('load-files', 'succeeded', firstRun);
    // Looked at every frame: a fast machine has written it within a second.
    await page.waitForFunction(
      () => (document.querySelector('[data-testid="output"] .gk-caret')?.textContent ?? '') !== '',
      undefined,
      { timeout: firstRun },
    );
    await expect(bench.output).toContainText(/wood kiln consume\?|is lit first\?/);
    await bench.reaches('generate', 'succeeded', firstRun);
    await expect(bench.output.locator('article')).toHaveCount(2);
    await expect(bench.output.locator('.gk-answer').first()).not.toBeEmpty();
    await expect(bench.output.locator('.gk-citations li').first()).toContainText('handbook/');
  });

  await test.step('open previews', async () => {
    await bench.select('retrieve');
    await expect(bench.output).toContainText('handbook/');
    await bench.output.locator('.gk-hit .gk-link').first().click();
    const source = page.getByTestId('source');
    await expect(source).toContainText(/handbook\/.*\.md · line/);
    await expect(source.locator('mark').first()).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(source).toHaveCount(0);
    await bench.select('inject-context');
    await expect(bench.output).toContainText('[1]');
  });

  await test.step('change a parameter: only what depends on it runs again', async () => {
    await bench.select('inject-context');
    await bench.tab('Parameters');
    await bench.fill('Top', '1');
    await expect(page.getByTestId('plan-line')).toContainText('7 reused · 2 will run');
    await bench.run();
    await bench.reaches('generate', 'succeeded', firstRun);
    for (const node of ['load-files', 'chunk', 'embed', 'index', 'retrieve', 'questions']) {
      await bench.reaches(node, 'cached');
    }
    await bench.tab('Output');
    await expect(page.getByTestId('reason')).toContainText('3 → 1');
  });
});

test('goes on when the page is reloaded in the middle of a run, and cancels', async ({
  page,
  workspace,
}) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'rag-quickstart.graft.json');
  await bench.run();
  await bench.reaches('generate', 'running', firstRun);
  await page.reload();
  await bench.reaches('generate', 'running');
  await bench.select('generate');
  await bench.tab('Output');
  const before = await bench.output.textContent();
  await expect(bench.output).not.toHaveText(before ?? '', { timeout: 60_000 });
  await bench.reaches('generate', 'running');

  await page.getByRole('button', { name: 'Cancel' }).click();
  await bench.reaches('generate', 'cancelled');
  await expect(bench.runButton).toBeEnabled();
});
