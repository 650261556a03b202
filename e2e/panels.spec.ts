import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { giveFile, typedIn } from './small-graphs.ts';
import { expect, test, type SmallWorkspace } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Pixels of the lower panel when it is folded, with the border that it is drawn by. */
const heading = 34;
/** Pixels of the borders that the side panels are drawn by. */
const borders = 2;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

async function boxesOf(parts: Readonly<Record<string, Locator>>): Promise<Map<string, Box>> {
  const boxes = new Map<string, Box>();
  for (const [name, part] of Object.entries(parts)) {
    const box = await part.boundingBox();
    if (box === null) throw new Error(`${name} is not on the screen`);
    boxes.set(name, box);
  }
  return boxes;
}

/** Pixels of the area that two boxes share. */
function overlap(one: Box, other: Box): number {
  const shared = (at: 'x' | 'y', size: 'width' | 'height'): number =>
    Math.min(one[at] + one[size], other[at] + other[size]) - Math.max(one[at], other[at]);
  return Math.max(0, shared('x', 'width')) * Math.max(0, shared('y', 'height'));
}

const heightOfParent = (element: HTMLElement): number => element.parentElement?.clientHeight ?? 0;

/** Opens a graph that no other test has run. */
async function openNew(page: Page, workspace: SmallWorkspace): Promise<Workbench> {
  const bench = new Workbench(page);
  await bench.open(workspace.url, await giveNew(workspace));
  return bench;
}

async function giveNew({ folder }: SmallWorkspace): Promise<string> {
  const name = `panels-${test.info().testId}.graft.json`;
  await giveFile(folder, name, typedIn(name));
  return name;
}

const lowerHeight = async (page: Page): Promise<number> =>
  Math.round((await page.getByRole('region', { name: 'Runs' }).boundingBox())?.height ?? 0);

test('panels are drawn larger, remembered and reset', async ({ page, workspace }) => {
  await openNew(page, workspace);
  const inspector = page.getByTestId('inspector').first();
  const width = async (): Promise<number> =>
    Math.round((await inspector.boundingBox())?.width ?? 0);
  const border = page.getByRole('separator', { name: 'Width of the inspector' });
  await expect.poll(width).toBe(372);
  const box = await border.boundingBox();
  if (box === null) throw new Error('the border is not on the screen');
  await page.mouse.move(box.x, 300);
  await page.mouse.down();
  await page.mouse.move(box.x - 150, 300, { steps: 8 });
  await page.mouse.up();
  await expect.poll(width).toBeGreaterThan(500);
  const drawn = await width();
  await border.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(width).toBeLessThan(drawn);
  const keyed = await width();
  await page.reload();
  await expect.poll(width).toBe(keyed);
  await border.dblclick();
  await expect.poll(width).toBe(372);
  await page.reload();
  await expect.poll(width).toBe(372);
});

test('panels folded by keys and buttons stay so after a reload', async ({ page, workspace }) => {
  await openNew(page, workspace);
  await page.keyboard.press('Control+i');
  await expect(page.getByRole('button', { name: 'Show the inspector' })).toHaveAttribute(
    'aria-pressed',
    'false',
  );
  await page.keyboard.press('Control+b');
  const canvas = async (): Promise<number> =>
    Math.round((await page.getByRole('main').boundingBox())?.width ?? 0);
  await expect.poll(canvas).toBeGreaterThan(1_420);
  await page.reload();
  await expect.poll(canvas).toBeGreaterThan(1_420);
  await page.keyboard.press('Control+b');
  await page.getByRole('button', { name: 'Show the inspector' }).click();
  await expect.poll(canvas).toBe(1_440 - 220 - 372 - borders);

  await page.setViewportSize({ width: 1024, height: 768 });
  await expect.poll(canvas).toBeGreaterThan(330);
});

test('a window that is made narrow keeps each panel in its place, and words on their line', async ({
  page,
  workspace,
}) => {
  const bench = await openNew(page, workspace);
  await bench.run();
  await bench.reaches('questions', 'succeeded');
  await bench.select('questions');
  const runs = page.getByRole('region', { name: 'Runs' });
  await expect(runs.getByRole('link', { name: 'Export as HTML' })).toBeVisible();
  const headHeight = await runs.getByRole('tablist').evaluate(heightOfParent);
  const border = page.getByRole('separator', { name: 'Width of the inspector' });
  await border.focus();
  for (let press = 0; press < 20; press += 1) await page.keyboard.press('ArrowLeft');

  await page.setViewportSize({ width: 1024, height: 768 });
  const parts = {
    palette: page.getByRole('complementary', { name: 'Palette' }),
    canvas: page.getByRole('main'),
    runs,
    inspector: page.getByRole('complementary', { name: 'Inspector' }),
  };
  let boxes = new Map<string, Box>();
  // The browser resizes the window before it tells the page.
  await expect(async () => {
    boxes = await boxesOf(parts);
    expect(boxes.get('inspector')?.x).toBeGreaterThan(490);
    for (const [name, box] of boxes) {
      expect(box.x, name).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width, name).toBeLessThanOrEqual(1024);
      expect(box.y + box.height, name).toBeLessThanOrEqual(768);
      for (const [other, beside] of boxes)
        if (other !== name) expect(overlap(box, beside), `${name} and ${other}`).toBe(0);
    }
    // What the border says is what is seen.
    const width = boxes.get('inspector')?.width ?? 0;
    expect(await border.getAttribute('aria-valuenow')).toBe(String(width - 1));
  }).toPass();
  await test.step('the heading keeps its height, and every tab can be reached in it', async () => {
    expect(await runs.getByRole('tablist').evaluate(heightOfParent)).toBe(headHeight);
    const tab = runs.getByRole('tab', { name: 'Experiments' });
    await tab.scrollIntoViewIfNeeded();
    const inSight = await tab.boundingBox();
    const left = boxes.get('runs');
    if (inSight === null || left === undefined) throw new Error('it is not on the screen');
    expect(inSight.x + inSight.width).toBeLessThanOrEqual(left.x + left.width);
  });
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect.poll(async () => (await parts.inspector.boundingBox())?.width).toBeGreaterThan(840);
});

test('in a window like that of a phone all is in reach, the panels over the canvas', async ({
  page,
  workspace,
}) => {
  const bench = await openNew(page, workspace);
  await page.setViewportSize({ width: 400, height: 800 });
  // Over the canvas it is what the page is about.
  const panel = (name: string): Locator =>
    page.getByRole('complementary', { name }).or(page.getByRole('main', { name }));
  const show = (name: string): Locator => page.getByRole('button', { name: `Show the ${name}` });
  const whole = { ratio: 1 } as const;
  await expect(panel('Palette')).toBeHidden();
  await expect(panel('Inspector')).toBeHidden();
  // Anew where one has come or gone meanwhile: a button is found by its number.
  await expect(async () => {
    for (const button of await page.getByRole('banner').getByRole('button').all())
      if (await button.isVisible()) await expect(button).toBeInViewport({ ...whole, timeout: 500 });
  }).toPass();
  await expect(page.getByRole('main')).toBeInViewport(whole);
  await expectAccessible(page, 'a window like that of a phone');

  await show('inspector').click();
  await expect(panel('Inspector')).toBeInViewport(whole);
  await expect(page.locator('main, [role="main"]')).toHaveCount(1);
  await show('left panel').click();
  await expect(panel('Inspector')).toBeHidden();
  await expect(panel('Palette')).toBeInViewport(whole);
  // What was chosen in it is seen.
  await page.getByRole('button', { name: 'Add Chunk', exact: true }).click();
  await expect(panel('Palette')).toBeHidden();
  await expect(bench.node('chunk')).toBeInViewport();
  await show('left panel').click();
  await page.locator('[data-file="rag-quickstart.graft.json"] button').first().click();
  await expect(page.getByRole('navigation', { name: 'File' })).toHaveText('rag-quickstart');
  await expect(panel('Palette')).toBeHidden();
  // Where there is room again they stand as before.
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(panel('Palette')).toBeVisible();
  await expect(panel('Inspector')).toBeVisible();
});

test('the lower panel is as high as what it has to show, until it is folded', async ({
  page,
  workspace,
}) => {
  const bench = await openNew(page, workspace);
  // Nothing has run: the heading only, until it is asked for.
  await expect.poll(() => lowerHeight(page)).toBe(heading);
  await page.getByRole('tab', { name: 'Plan' }).click();
  await expect(page.getByRole('list', { name: 'Plan' })).toBeVisible();
  await expect.poll(() => lowerHeight(page)).toBeGreaterThan(200);
  // What was asked for stands in the address.
  await page.reload();
  await expect(page.getByRole('list', { name: 'Plan' })).toBeVisible();

  await bench.run();
  await bench.reaches('questions', 'succeeded');
  await expect.poll(() => lowerHeight(page)).toBeGreaterThan(90);
  await page.reload();
  await expect.poll(() => lowerHeight(page)).toBeGreaterThan(90);
  await page.keyboard.press('Control+j');
  await expect.poll(() => lowerHeight(page)).toBe(heading);
  await page.reload();
  await expect(page.getByText('Run succeeded')).toBeVisible();
  await expect.poll(() => lowerHeight(page)).toBe(heading);
});

test('a page that is laid out later gives its panels what was asked for before', async ({
  page,
  workspace,
}) => {
  // As in a window without size: the groups are there, and cannot be measured.
  await page.addInitScript(() => {
    const style = new CSSStyleSheet();
    style.replaceSync(
      '[data-group] { position: fixed; height: 0 !important; width: 0 !important }',
    );
    document.adoptedStyleSheets = [style];
    Object.assign(window, { layOut: () => style.replaceSync('') });
  });
  await new Workbench(page).load(workspace.url, await giveNew(workspace));
  await expect(page.getByRole('navigation', { name: 'File' })).toContainText('panels-');
  await page.keyboard.press('Control+i');
  await page.evaluate('layOut()');
  await expect(page.getByRole('complementary', { name: 'Palette' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Show the inspector' })).toHaveAttribute(
    'aria-pressed',
    'false',
  );
  await expect.poll(() => lowerHeight(page)).toBe(heading);
});

test('what was in sight stays in sight when the lower panel opens, and nothing lies over it', async ({
  page,
  workspace,
}) => {
  const name = 'in-sight.graft.json';
  const node = (type: string) => ({ type, version: 1, params: {} });
  await giveFile(
    workspace.folder,
    name,
    JSON.stringify({
      graft: 1,
      nodes: { a: node('prompt'), b: node('prompt'), c: node('prompt') },
      layout: { a: [0, 0], b: [0, 300], c: [300, 560] },
    }),
  );
  const bench = new Workbench(page);
  await bench.open(workspace.url, name);
  const overview = page.locator('.react-flow__minimap');
  const view = page.locator('.react-flow__viewport');
  // It is fitted a moment after it is drawn.
  await expect(view).not.toHaveAttribute('style', /translate\(0px, 0px\)/);
  const before = await view.getAttribute('style');
  await page.getByRole('tab', { name: 'Plan' }).click();
  await expect.poll(() => lowerHeight(page)).toBeGreaterThan(200);
  const canvas = await page.getByRole('main').boundingBox();
  for (const id of ['a', 'b', 'c']) {
    await expect
      .poll(async () => {
        const box = await bench.node(id).boundingBox();
        return box !== null && canvas !== null && box.y + box.height <= canvas.y + canvas.height;
      })
      .toBe(true);
  }
  await expect(overview).toHaveCSS('opacity', '0');
  await bench.holdsStill();
  // A window that is made small and large again changes nothing, also with the panel open.
  const above = await view.getAttribute('style');
  const size = page.viewportSize();
  await page.setViewportSize({ width: 800, height: 500 });
  await expect(view).not.toHaveAttribute('style', above ?? '');
  await page.setViewportSize(size ?? { width: 1280, height: 720 });
  await expect(view).toHaveAttribute('style', above ?? '');
  await page.keyboard.press('Control+j');
  await expect(view).toHaveAttribute('style', before ?? '');
});
