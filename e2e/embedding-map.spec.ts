import { expectAccessible } from './accessible.ts';
import { giveFile } from './small-graphs.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

const topics: Readonly<Record<string, string>> = {
  'sea/tides.md': 'The tide turns the harbour’s ships, and gulls cry above the waves',
  'sea/boats.md': 'A fishing boat with nets sails out of the harbour at high water',
  'bread/dough.md': 'Flour, yeast and salt are kneaded to a dough that rises in the oven’s warmth',
};
/** So many sections that the file is cut at, each a chunk. */
const sections = 8;
const aboutBread = 'How is dough made?';

test('embeddings are looked at on a map, by pointer and by keys', async ({ page, workspace }) => {
  for (const [name, text] of Object.entries(topics)) {
    const parts = Array.from(
      { length: sections },
      (_, at) => `# Part ${String(at + 1)}\n\n${text}, for the ${String(at + 1)}. time.\n`,
    );
    await giveFile(workspace.folder, name, parts.join('\n'));
  }
  await workspace.graph('mapped', {
    nodes: {
      files: { type: 'load-files', params: { paths: ['sea/*.md', 'bread/*.md'] } },
      chunk: { type: 'chunk', params: { size: 32, overlap: 0 } },
      embed: { type: 'embed' },
      index: { type: 'index' },
      ask: { type: 'questions', params: { questions: `${aboutBread}\nWhen do ships sail?` } },
      retrieve: { type: 'retrieve' },
    },
    edges: [
      'files.documents -> chunk.documents',
      'chunk.chunks -> embed.chunks',
      'embed.embeddings -> index.embeddings',
      'index.index -> retrieve.index',
      'ask.questions -> retrieve.questions',
    ],
    layout: {
      ...{ files: [0, 0], chunk: [280, 0], embed: [560, 0] },
      ...{ index: [840, 0], ask: [840, 280], retrieve: [1120, 0] },
    },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'mapped.graft.json');
  await bench.run();
  await bench.reaches('retrieve', 'succeeded', 300_000);
  await bench.select('embed');
  await bench.tab('Output');

  const map = page.getByRole('region', { name: 'Map of the embeddings' });
  const field = map.getByRole('application');
  const told = map.locator('.gk-map-told');
  await expect(field).toHaveAccessibleName(/^24 embeddings and 2 questions on a map/);
  await expect(told).toContainText('24 points by their two principal components');
  await expect(told).toContainText('Drag around points to list them.');
  const cutWhereNarrow = await told.evaluate((caption) => {
    caption.style.width = '120px';
    const cut = caption.scrollHeight - caption.clientHeight;
    caption.style.width = '';
    return cut;
  });
  expect(cutWhereNarrow).toBe(0);
  await expect(map.getByRole('list', { name: 'Groups of points' })).toContainText('sea/boats.md');

  await test.step('by pointer: a line around the left half lists one topic', async () => {
    const box = await field.boundingBox();
    if (box === null) throw new Error('The map has no place.');
    const { x, y, width, height } = box;
    const corners = [
      [2, 2],
      [width / 2, 2],
      [width / 2, height - 2],
      [2, height - 2],
    ] as const;
    const [first, ...others] = corners;
    await page.mouse.move(x + first[0], y + first[1]);
    await page.mouse.down();
    for (const [right, down] of others) await page.mouse.move(x + right, y + down, { steps: 4 });
    await page.mouse.up();
    const chosen = map
      .getByRole('list', { name: 'Chunks inside the outline' })
      .getByRole('listitem');
    await expect(chosen.nth(sections - 1)).toBeVisible();
    await expect(chosen.first()).toContainText('.md');
    const texts = await chosen.allInnerTexts();
    // The sea and the bread lie apart.
    const sea = texts.filter((text) => text.startsWith('sea/')).length;
    expect([0, texts.length]).toContain(sea);
    await chosen.nth(1).getByRole('button').click();
    await expect(bench.output.locator('[data-current="true"]')).toHaveCount(1);
    await expectAccessible(page, 'a map of embeddings');
    await map.getByRole('button', { name: 'Clear' }).click();
    await expect(chosen).toHaveCount(0);
  });

  await test.step('by keys: from point to point, and to a row', async () => {
    await field.focus();
    await page.keyboard.press('ArrowRight');
    await expect(told).toContainText(/(tides|boats|dough)\.md · lines? [\s\S]*(tide|boat|Flour)/);
    await page.keyboard.press('Enter');
    await expect(bench.output.locator('[data-current="true"]')).toHaveCount(1);
  });

  await test.step('a question stands amid what was found for it, and leads there', async () => {
    // The row that was gone to just now is kept in sight for a moment, which moves the map.
    await expect(async () => {
      await field.evaluate((element) => element.scrollIntoView({ block: 'center' }));
      const box = await field.boundingBox();
      if (box === null) throw new Error('The map has no place.');
      // No further apart than a mark is wide.
      const stops = [...Array(Math.floor(box.width / 8)).keys()].flatMap((column) =>
        [...Array(Math.floor(box.height / 8)).keys()].map((row) => [8 * column + 4, 8 * row + 4]),
      );
      for (const [right = 0, down = 0] of stops) {
        await page.mouse.move(box.x + right, box.y + down);
        if ((await told.innerText()).includes(aboutBread)) break;
      }
      await expect(told).toContainText(`Question ${aboutBread}`, { timeout: 1_000 });
      await page.mouse.down();
      await page.mouse.up();
      await expect(bench.output.locator('[data-current="true"]')).toContainText('Flour', {
        timeout: 5_000,
      });
    }).toPass({ timeout: 200_000 });
    const questions = map.getByRole('button', { name: 'Questions 2' });
    await expect(questions).toHaveAttribute('aria-pressed', 'true');
    await questions.press('Enter');
    await expect(field).toHaveAccessibleName(/^24 embeddings on a map/);
    await questions.press('Enter');
    await expect(told).toContainText('each question among its nearest chunks');
  });

  await test.step('by UMAP, which is cancelled, made, and left again', async () => {
    const layout = map.getByRole('group', { name: 'Layout of the map' });
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/artifacts.vectors**', async (route) => {
      await released;
      await route.continue().catch(() => undefined);
    });
    await layout.getByRole('button', { name: 'UMAP' }).click();
    await expect(layout.getByTestId('layout-progress')).toHaveText('Reading the vectors …');
    await layout.getByRole('button', { name: 'Cancel' }).click();
    await expect(layout.getByRole('button', { name: 'Principal components' })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    release();
    await layout.getByRole('button', { name: 'UMAP' }).click();
    await expect(told).toContainText('24 points by UMAP', { timeout: 30_000 });
    await expect(layout.getByTestId('layout-progress')).toBeEmpty();
    await field.focus();
    await page.keyboard.press('ArrowRight');
    await expect(told).toContainText(/(tides|boats|dough)\.md/);
    await expectAccessible(page, 'a map by UMAP');
    await layout.getByRole('button', { name: 'Principal components' }).click();
  });

  await test.step('one source before the others', async () => {
    const source = map.getByRole('button', { name: /bread\/dough\.md/ });
    await source.press('Enter');
    await expect(source).toHaveAttribute('aria-pressed', 'true');
  });
});
