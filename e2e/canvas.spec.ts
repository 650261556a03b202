import type { Page } from '@playwright/test';
import { chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('opens on the quickstart', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url);
  await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('rag-quickstart');
  await expect(bench.node('chunk')).toBeVisible();
  // The token is out of the address, and a reload does without it.
  expect(page.url()).not.toContain('token');
  await page.reload();
  await expect(bench.node('chunk')).toBeVisible();
});

test('types into the search that Ctrl+K opens', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'a-first.graft.json');
  await expect(bench.node('chunk')).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.type('questions', { delay: 10 });
  await expect(page.getByPlaceholder(/Add a node/)).toHaveValue('questions');
  await expect(page.getByRole('dialog').getByRole('option', { selected: true })).toHaveText(
    /^Questions/,
  );
  await page.keyboard.press('Enter');
  await expect(bench.node('questions')).toBeVisible();
});

test('puts a tall node from the palette on no other card', async ({ page, workspace }) => {
  await workspace.graph('node-alone', {
    nodes: { chunk: { type: 'chunk', params: { size: 128 } } },
    layout: { chunk: [0, 0] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'node-alone.graft.json');
  await page.getByRole('button', { name: 'Add Generate', exact: true }).click();
  const boxOf = (id: string) => bench.node(id).boundingBox();
  await expect(bench.node('generate')).toBeVisible();
  await expect
    .poll(async () => {
      const [one, other] = [await boxOf('chunk'), await boxOf('generate')];
      if (one === null || other === null) return 'not drawn';
      const across = Math.max(other.x - one.x - one.width, one.x - other.x - other.width);
      const down = Math.max(other.y - one.y - one.height, one.y - other.y - other.height);
      return Math.max(across, down) > 10 ? 'free' : 'covered';
    })
    .toBe('free');
});

test('keeps what is typed before the search has come', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await page.route(/\.js(\?|$)/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    await route.continue();
  });
  await bench.open(workspace.url, 'a-first.graft.json');
  await expect(bench.node('chunk')).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('inject context', { delay: 40 });
  await expect(page.getByPlaceholder(/Add a node/)).toHaveValue('inject context');
  await page.keyboard.press('Enter');
  await expect(bench.node('inject-context')).toBeVisible();
});

test('shows a node that was added beside the last', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url);
  await bench.select('chunk');
  await bench.tab('Output');
  for (const count of [3, 4, 5, 6]) {
    await page.getByRole('button', { name: 'Add Embed', exact: true }).click();
    await expect(page.locator('.react-flow__node')).toHaveCount(count);
    const added = page.locator('.node[data-selected="true"]');
    await expect(added).toBeInViewport({ ratio: 1 });
    await expect(page.getByRole('tab', { name: 'Parameters', exact: true })).toHaveAttribute(
      'aria-selected',
      'true',
    );
  }
});

test('selects what is there, and only that', async ({ page, workspace }) => {
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'a-first.graft.json');
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await expect(bench.node('chunk')).toBeVisible();
  await test.step('an undone node is not selected any more', async () => {
    await bench.drag('Questions', 120, 300);
    await page.keyboard.press('Control+z');
    await expect(page.locator('.react-flow__node')).toHaveCount(2);
    await bench.node('chunk').locator('header').click();
    await expect(inspector).toContainText('Parameters');
    await expect(inspector).not.toContainText('nodes selected');
  });
  await test.step('one of many that is clicked is the one', async () => {
    await page.keyboard.press('Control+a');
    await expect(inspector).toContainText('2 nodes selected');
    await bench.node('files').locator('header').click();
    await expect(inspector).not.toContainText('nodes selected');
    await expect(bench.node('chunk')).toHaveAttribute('data-selected', 'false');
  });
  await test.step('Escape lets go of all', async () => {
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Escape');
    await expect(page.locator('.node[data-selected="true"]')).toHaveCount(0);
  });
});

test('takes another edge in the place of one, and lets one be pulled off', async ({
  page,
  workspace,
}) => {
  await workspace.graph('rewire', {
    nodes: { ...chunking.nodes, more: { type: 'load-files', params: { paths: ['notes/*'] } } },
    edges: chunking.edges ?? [],
    layout: { files: [0, 0], more: [0, 220], chunk: [320, 0] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'rewire.graft.json');
  const edge = (from: string) =>
    page.locator(
      `[aria-label="Connection from documents of Files (${from}) to documents of Chunk"]`,
    );
  await expect(edge('files')).toHaveCount(1);
  await bench.draw('more.documents', 'chunk.documents');
  await page.mouse.up();
  await expect(edge('more')).toHaveCount(1);
  await expect(edge('files')).toHaveCount(0);
  await bench.canvas.click({ position: { x: 40, y: 500 } });
  await page.keyboard.press('Control+z');
  await expect(edge('files')).toHaveCount(1);
  await test.step('pulled off its input, it is gone', async () => {
    const port = await page.getByTestId('handle-chunk-documents').boundingBox();
    if (port === null) throw new Error('the port is not on the screen');
    await page.mouse.move(port.x + port.width / 2, port.y + port.height / 2, { steps: 4 });
    await page.mouse.down();
    await page.mouse.move(port.x - 30, port.y + 330, { steps: 10 });
    await page.mouse.up();
    await expect(page.locator('.react-flow__edge')).toHaveCount(0);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.keyboard.press('Control+z');
    await expect(edge('files')).toHaveCount(1);
  });
});

test('lays out a file without places, and leads edges around the cards', async ({
  page,
  workspace,
}) => {
  await workspace.graph('no-layout', {
    nodes: {
      files: { type: 'load-files', params: { paths: ['notes/*.md'] } },
      chunk: { type: 'chunk' },
      embed: { type: 'embed' },
      index: { type: 'index' },
      retrieve: { type: 'retrieve' },
      questions: { type: 'questions', params: { questions: ['When is the kiln lit?'] } },
    },
    edges: [
      'files.documents -> chunk.documents',
      'chunk.chunks -> embed.chunks',
      'embed.embeddings -> index.embeddings',
      'index.index -> retrieve.index',
      'questions.questions -> retrieve.questions',
    ],
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'no-layout.graft.json');
  await expect(page.locator('.react-flow__node')).toHaveCount(6);
  await expect(page.getByTestId('save-state')).toHaveText('saved');
  const clash = () =>
    page.evaluate(() => {
      const cards = Array.from(document.querySelectorAll('.node')).map((card) =>
        card.getBoundingClientRect(),
      );
      const overlapping = cards.some((a, at) =>
        cards.some(
          (b, other) =>
            other > at &&
            a.left < b.right &&
            b.left < a.right &&
            a.top < b.bottom &&
            b.top < a.bottom,
        ),
      );
      const behind = Array.from(
        document.querySelectorAll<SVGPathElement>('.react-flow__edge-path'),
      ).filter((path) => {
        const toScreen = path.getScreenCTM();
        if (toScreen === null) return true;
        const length = path.getTotalLength();
        return Array.from({ length: 60 }, (_, at) => path.getPointAtLength((length * at) / 59))
          .map((point) => new DOMPoint(point.x, point.y).matrixTransform(toScreen))
          .some(({ x, y }) =>
            cards.some(
              (card) =>
                x > card.left + 4 && x < card.right - 4 && y > card.top + 4 && y < card.bottom - 4,
            ),
          );
      });
      return { overlapping, behind: behind.length };
    });
  // Edges are led around the cards once these are measured.
  await expect.poll(clash).toEqual({ overlapping: false, behind: 0 });
});

test('a run by key leaves the node selected that has the focus', async ({ page, workspace }) => {
  await workspace.graph('moved-by-key', chunking);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'moved-by-key.graft.json');
  await bench.select('files');
  await page.keyboard.press('Shift+Enter');
  await bench.reaches('files', 'succeeded');
  await expect(bench.node('chunk')).toHaveAttribute('data-status', 'idle');
  await expect(bench.node('files')).toHaveAttribute('data-selected', 'true');
  // The run goes on for a moment after its last step; until it is over, the key starts no other.
  await expect(bench.runButton).toBeEnabled();
  await page.keyboard.press('Control+Enter');
  await bench.reaches('chunk', 'succeeded');
  await expect(bench.node('files')).toHaveAttribute('data-selected', 'true');
  // The canvas still takes a plain Enter for a click.
  await page.keyboard.press('Escape');
  await expect(bench.node('files')).toHaveAttribute('data-selected', 'false');
});

const zoomOf = (page: Page): Promise<number> =>
  page
    .locator('.react-flow__viewport')
    .evaluate((element) => new DOMMatrixReadOnly(getComputedStyle(element).transform).a);

test('a new graph begins at full size, wherever the one before was looked at', async ({
  page,
  workspace,
}) => {
  await workspace.graph('far-off', {
    ...chunking,
    layout: { files: [0, 0], chunk: [900, 300] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'far-off.graft.json');
  expect(await zoomOf(page)).toBeLessThan(1);
  await bench.newGraph('newly');
  await expect.poll(() => zoomOf(page)).toBe(1);
  await bench.drag('Files', 200, 150);
  await expect(bench.node('load-files')).toBeInViewport({ ratio: 1 });
  expect(await zoomOf(page)).toBe(1);
});

test('nodes that are added one after another are connected where just one edge fits', async ({
  page,
  workspace,
}) => {
  const bench = new Workbench(page);
  const edges = page.locator('.react-flow__edge');
  const add = async (words: string, id: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.type(words);
    // The choice follows what is typed a moment later.
    await expect(page.getByRole('dialog').getByRole('option', { selected: true })).toHaveText(
      new RegExp(`^${words}`, 'i'),
    );
    await page.keyboard.press('Enter');
    await expect(bench.node(id)).toHaveAttribute('data-selected', 'true');
  };
  const said = page.getByTestId('announcement');
  await bench.open(workspace.url);
  await bench.newGraph('one-by-one');
  await add('files', 'load-files');
  await expect(said).toHaveText('Added Files.');
  await add('chunk', 'chunk');
  await expect(said).toHaveText(
    'Added Chunk and connected documents of Files to documents of Chunk.',
  );
  await add('embed', 'embed');
  await expect(edges).toHaveCount(2);

  await test.step('with the palette too, and as one step', async () => {
    await page.getByRole('button', { name: 'Add Index', exact: true }).click();
    await expect(edges).toHaveCount(3);
    await page.keyboard.press('Control+z');
    await expect(edges).toHaveCount(2);
    await expect(bench.node('index')).toHaveCount(0);
  });

  await test.step('not where nothing fits', async () => {
    await bench.select('embed');
    await add('questions', 'questions');
    await expect(edges).toHaveCount(2);
    await expect(said).toHaveText('Added Questions.');
  });
});

test('from afar a node shows its title and its result, large enough to be read', async ({
  page,
  workspace,
}) => {
  const types = ['load-files', 'chunk', 'embed', 'index', 'retrieve', 'rerank'];
  const ids = Array.from({ length: 18 }, (_, at) => `node-${String(at)}`);
  await workspace.graph('eighteen', {
    nodes: Object.fromEntries(ids.map((id, at) => [id, { type: types[at % 6] ?? '' }])),
    layout: Object.fromEntries(ids.map((id, at) => [id, [(at % 9) * 262, (at % 2) * 200]])),
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'eighteen.graft.json');
  const zoom = await zoomOf(page);
  expect(zoom).toBeLessThan(0.5);
  const title = bench.node('node-1').locator('.node-title');
  await expect
    .poll(() =>
      title.evaluate((element) => parseFloat(getComputedStyle(element, '::after').fontSize)),
    )
    .toBeGreaterThan(9.5 / zoom);
  await expect(bench.node('node-1').locator('.node-foot')).toContainText('needs documents');
  await expect(bench.node('node-1').locator('.node-foot')).toBeVisible();
  await expect(bench.node('node-1').locator('.node-facts')).toBeHidden();
  await page.keyboard.press('Control+0');
  await expect(bench.node('node-1').locator('.node-facts')).toBeVisible();
  await expect(title).toHaveCSS('font-size', '13px');
});

test('a pipeline of nine nodes can be read once it is tidied', async ({ page, workspace }) => {
  const types = {
    ...{ files: 'load-files', chunk: 'chunk', embed: 'embed', index: 'index' },
    ...{ retrieve: 'retrieve', questions: 'questions', inject: 'inject-context' },
    ...{ generate: 'generate', model: 'base-model' },
  };
  await workspace.graph('nine', {
    nodes: Object.fromEntries(Object.entries(types).map(([id, type]) => [id, { type }])),
    edges: [
      'files.documents -> chunk.documents',
      'chunk.chunks -> embed.chunks',
      'embed.embeddings -> index.embeddings',
      'index.index -> retrieve.index',
      'questions.questions -> retrieve.questions',
      'retrieve.hits -> inject.hits',
      'inject.prompts -> generate.prompts',
      'model.model -> generate.model',
    ],
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'nine.graft.json');
  await page.getByRole('button', { name: 'Tidy layout' }).click();
  // All of it is in sight, with its parameters, and large enough.
  await expect.poll(() => zoomOf(page)).toBeGreaterThan(0.65);
  for (const id of Object.keys(types))
    await expect(bench.node(id)).toBeInViewport({ ratio: 0.999 });
  await expect(bench.node('chunk').locator('.node-facts')).toBeVisible();
  await expect(bench.node('chunk').locator('.node-foot')).toContainText('not run yet');
});
