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

test('the lower panel opens when asked for or for a run, has one height for all tabs, and keeps what a person chose', async ({
  page,
  workspace,
}) => {
  const bench = await openNew(page, workspace);
  // Nothing has run: the heading only, until it is asked for.
  await expect.poll(() => lowerHeight(page)).toBe(heading);
  await page.getByRole('tab', { name: 'Plan' }).click();
  await expect(page.getByRole('list', { name: 'Plan' })).toBeVisible();
  await expect.poll(() => lowerHeight(page)).toBeGreaterThan(200);
  const open = await lowerHeight(page);
  for (const name of ['All runs', 'Log', 'Experiments', 'Run']) {
    await page.getByRole('tab', { name, exact: true }).click();
    await expect(page.getByRole('tab', { name, exact: true })).toHaveAttribute(
      'aria-selected',
      'true',
    );
    expect(await lowerHeight(page)).toBe(open);
  }
  expect(open).toBeLessThan(900 * 0.28);
  // What was asked for stands in the address.
  await page.getByRole('tab', { name: 'Plan' }).click();
  await expect(page).toHaveURL(/below=plan/);
  await page.reload();
  await expect(page.getByRole('list', { name: 'Plan' })).toBeVisible();

  await bench.run();
  await bench.reaches('questions', 'succeeded');
  await expect(page.getByRole('tab', { name: 'Run', exact: true })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  expect(await lowerHeight(page)).toBe(open);
  await expect(page).not.toHaveURL(/below=/);
  // A page that shows the last run leaves the room to the graph.
  await page.reload();
  await expect(page.getByText('Run succeeded')).toBeVisible();
  expect(await lowerHeight(page)).toBe(heading);
  await bench.run();
  await expect.poll(() => lowerHeight(page)).toBe(open);
  await page.keyboard.press('Control+j');
  await expect.poll(() => lowerHeight(page)).toBe(heading);
  await page.reload();
  await expect(page.getByText('Run succeeded')).toBeVisible();
  await bench.run();
  await expect(page.getByText('all reused')).toBeVisible();
  expect(await lowerHeight(page)).toBe(heading);
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

test('what is on the canvas stays where it is in the window, whatever panels and views come and go', async ({
  page,
  workspace,
}) => {
  const name = 'in-place.graft.json';
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
  const places = async (): Promise<readonly (readonly number[])[]> => {
    await bench.holdsStill();
    return Promise.all(
      ['a', 'b', 'c'].map(async (id) => {
        const box = await bench.node(id).boundingBox();
        return box === null ? [] : [box.x, box.y, box.width].map(Math.round);
      }),
    );
  };
  const before = await places();
  for (const tab of ['Plan', 'All runs']) {
    await page.getByRole('tab', { name: tab }).click();
    await expect.poll(() => lowerHeight(page)).toBeGreaterThan(200);
    expect(await places()).toEqual(before);
  }
  const main = page.getByRole('main');
  const width = async (): Promise<number> => (await main.boundingBox())?.width ?? 0;
  for (const [key, folded] of [
    ['Control+b', 1440 - 373 - 1],
    ['Control+i', 1440 - 2],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(width).toBe(folded);
    expect(await places()).toEqual(before);
  }
  await page.keyboard.press('Control+b');
  await page.keyboard.press('Control+i');
  await page.keyboard.press('Control+j');
  await expect.poll(() => lowerHeight(page)).toBe(heading);
  expect(await places()).toEqual(before);

  // Nor does a person lose a view of their own to another view of the graph.
  const zoomed = page.locator('.react-flow__viewport');
  await page.keyboard.press('Control+-');
  await expect(zoomed).toHaveAttribute('style', /scale\(0\.8\)/);
  const own = await places();
  await page.getByRole('button', { name: 'Notebook' }).click();
  await expect(page.locator('.cell').first()).toBeVisible();
  await page.getByRole('button', { name: 'Canvas' }).click();
  await expect(bench.node('a')).toBeVisible();
  expect(await places()).toEqual(own);
  await page.getByRole('button', { name: 'Fit view' }).click();
  await expect(zoomed).toHaveAttribute('style', /scale\(1\)/);
});

test('the palette gives way to a graph that would be too small beside it, until a person wants it', async ({
  page,
  workspace,
}) => {
  const chain = ['a', 'b', 'c', 'd', 'e'];
  await workspace.graph('wide', {
    nodes: Object.fromEntries(chain.map((id) => [id, { type: 'sample-rows' }])),
    layout: Object.fromEntries(chain.map((id, at) => [id, [at * 320, 0] as const])),
  });
  await workspace.graph('slim', { nodes: { a: { type: 'prompt' } }, layout: { a: [0, 0] } });
  const bench = new Workbench(page);
  const toggle = page.getByRole('button', { name: 'Show the left panel' });
  const isShown = (shown: boolean) => expect(toggle).toHaveAttribute('aria-pressed', String(shown));
  /** The palette stays where the first graph comes late, as it may on a busy machine: it is loaded once more then. */
  const givesWay = (load: () => Promise<unknown>) =>
    expect(async () => {
      await load();
      await expect(bench.node('e')).toBeVisible();
      await expect(toggle).toHaveAttribute('aria-pressed', 'false', { timeout: 1_000 });
    }).toPass();
  await givesWay(() => bench.open(workspace.url, 'wide.graft.json'));
  await bench.open(workspace.url, 'slim.graft.json');
  await isShown(true);
  await test.step('not while a file is chosen in it', async () => {
    await page.locator('[data-file="wide.graft.json"] button').first().click();
    await expect(bench.node('e')).toBeVisible();
    await isShown(true);
  });
  await test.step('nor where a person has shown it', async () => {
    await givesWay(() => page.reload());
    await toggle.click();
    await page.reload();
    await expect(bench.node('e')).toBeVisible();
    await isShown(true);
  });
});
