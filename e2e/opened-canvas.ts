import type { Page } from '@playwright/test';
import { expect } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Widths of the window, with usual heights. */
export const windows = [
  { width: 1024, height: 768 },
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
] as const;

/** Pixels of the smallest letters that can be read. */
const leastLetters = 10;

/** Counts what moves on the page without a person's doing, from its first frame on. */
export async function countShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        if ('value' in entry && 'hadRecentInput' in entry && entry.hadRecentInput === false)
          shifts.push(Number(entry.value));
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** How far things moved on the page since it was loaded: the sum of its layout shifts. */
export const shiftOf = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const shifts: unknown = Reflect.get(window, 'shifts');
    return Array.isArray(shifts) ? shifts.reduce<number>((sum, one) => sum + Number(one), 0) : NaN;
  });

/** What can be pressed within a part of the page, by its words, and where it stands. */
export const pressable = (page: Page, within = 'body'): Promise<readonly string[]> =>
  page.locator(within).evaluate((root) =>
    [...root.querySelectorAll<HTMLElement>('button, a[href], input, textarea, select')]
      .filter((control) => control.checkVisibility({ visibilityProperty: true }))
      .map((control) => {
        const { left, top } = control.getBoundingClientRect();
        const name = control.getAttribute('aria-label') ?? control.innerText;
        return `${name} at ${String(Math.round(left))}, ${String(Math.round(top))}`;
      }),
  );

/** Sizes and places of an opened graph, measured in the browser. */
async function measured(page: Page) {
  return page.evaluate(() => {
    const view = document.querySelector('.react-flow__viewport');
    const pane = document.querySelector('.react-flow')?.getBoundingClientRect();
    const frame = document.querySelector<HTMLElement>('[data-far]')?.dataset;
    if (view === null || pane === undefined || frame === undefined) throw new Error('no canvas');
    const zoom = new DOMMatrix(getComputedStyle(view).transform).a;
    const isEnlarged = frame['far'] === 'true' || frame['near'] === 'true';
    const letters = (element: Element, pseudo?: string): number =>
      parseFloat(getComputedStyle(element, pseudo).fontSize) * zoom;
    const isIn = ({ left, right, top, bottom }: DOMRect): boolean =>
      left >= pane.left - 1 &&
      right <= pane.right + 1 &&
      top >= pane.top - 1 &&
      bottom <= pane.bottom + 1;
    const tools = document.querySelector('.react-flow__panel.bottom.right');
    const boxes = [...document.querySelectorAll('.react-flow__node-graph')].map((card) => ({
      card,
      id: card.getAttribute('data-id') ?? '',
      box: card.getBoundingClientRect(),
    }));
    const meets = (a: DOMRect, b: DOMRect): boolean =>
      a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    const small = boxes.flatMap(({ card, id }) => {
      const title = card.querySelector('.node-title');
      const foot = card.querySelector('.node-foot > div');
      const chips = [...card.querySelectorAll('.chip')].filter((chip) => chip.checkVisibility());
      return [
        { what: `title of ${id}`, px: title && letters(title, isEnlarged ? '::after' : undefined) },
        { what: `result of ${id}`, px: foot && letters(foot) },
        ...chips.map((chip) => ({ what: `status of ${id}`, px: letters(chip) })),
      ];
    });
    const lines = [...document.querySelectorAll('.react-flow__edge-path')];
    const toolBox = tools?.getBoundingClientRect();
    return {
      letters: small.map(({ what, px }) => ({ what, px: px ?? 0 })),
      covered: boxes.flatMap(({ id, box }, at) =>
        boxes.slice(at + 1).flatMap((other) => (meets(box, other.box) ? `${id}, ${other.id}` : [])),
      ),
      underTools: boxes.flatMap(({ id, box }) =>
        toolBox !== undefined && meets(box, toolBox) ? id : [],
      ),
      out: boxes.flatMap(({ id, box }) => (isIn(box) ? [] : id)),
      linesOut: lines.filter((line) => !isIn(line.getBoundingClientRect())).length,
      cards: boxes.length,
    };
  });
}

/** Opens a graph, and expects that it can be read: all of it, or `results` of it where it has no room, beside the overview. */
export async function expectLegible(
  page: Page,
  { url, graph, results }: { url: string; graph: string; results: readonly string[] },
): Promise<void> {
  const at = `${graph} at ${String(page.viewportSize()?.width)}`;
  // Once more where a busy machine brought the graph later than the page waits for it.
  await expect(async () => {
    await new Workbench(page).open(url, graph);
    await expect(page.locator('.react-flow__node-graph').first()).toBeVisible();
    expect(await shiftOf(page), at).toBeLessThanOrEqual(0.05);
  }).toPass();
  // The steps in which letters grow with the view are taken a frame later.
  const small = async () =>
    (await measured(page)).letters.filter(({ px }) => px < leastLetters - 0.01);
  await expect.poll(small, { message: at }).toEqual([]);
  const { covered, out, linesOut, cards, underTools } = await measured(page);
  expect(covered, at).toEqual([]);
  const overview = page.locator('.overview');
  if (out.length === 0) {
    expect(linesOut, at).toBe(0);
    expect(underTools, at).toEqual([]);
    await expect(overview).toHaveCSS('opacity', '0');
    return;
  }
  expect(out.length, at).toBeLessThan(cards);
  expect(
    results.filter((id) => !out.includes(id)),
    `results of ${at} in sight`,
  ).not.toEqual([]);
  await expect(overview).toHaveCSS('opacity', '1');
}

/** A graph of so many nodes that forks and joins, without places: the page lays it out. */
export function forkedGraph(count: number) {
  const nodes = Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `n${at}`,
      at === 0
        ? { type: 'questions', params: { questions: `When is kiln ${count} lit?` } }
        : at % 2 === 0
          ? // A seed each: equal nodes would run once.
            { type: 'sample-rows', params: { seed: at } }
          : { type: 'gather-rows' },
    ]),
  );
  const edges = Array.from({ length: count - 1 }, (_, before) => {
    const from = before % 3 === 2 ? before - 1 : before;
    return `n${from}.${from === 0 ? 'questions' : 'rows'} -> n${before + 1}.rows`;
  });
  return { nodes, edges, results: endsOf({ nodes, edges }) };
}

/** The nodes that nothing in a graph uses, or that answer. */
export function endsOf({ nodes, edges = [] }: { nodes: object; edges?: readonly string[] }) {
  const used = new Set(edges.map((edge) => edge.split('.')[0]));
  const answering = edges
    .filter((edge) => edge.includes('.answers ->'))
    .map((e) => e.split('.')[0]);
  return [...Object.keys(nodes).filter((id) => !used.has(id)), ...answering].filter(
    (id) => id !== undefined,
  );
}
