import { median, printTable, verdict } from '../report/table.ts';
import { pressDuringRun, rendersOfDrag } from './actions.ts';
import { pan, zoom, type Frames } from './gestures.ts';
import { fileOf, madeGraph, plainGraph } from './made-graph.ts';
import { canvasSize, cardSizes, opened, openBrowser } from './opened.ts';
import { servePlain } from './plain-site.ts';
import { serveGraphs } from '../report/serve-folder.ts';

const rounds = Number(process.argv[2] ?? 3);
const seconds = Number(process.argv[3] ?? 3);
const [many, most] = [1000, 5000];

const made = new Map([many, most].map((count) => [count, madeGraph(count)]));
const graphOf = (count: number) => made.get(count) ?? madeGraph(count);
await using plain = await servePlain(
  new Map([...made].map(([count, graph]) => [count, plainGraph(graph)])),
);
await using served = await serveGraphs(
  Object.fromEntries(
    [...made].map(([count, graph]) => [`nodes-${count}`, fileOf(graph, 'Say it in °C.')]),
  ),
);
const oursAt = (count: number): string => `${served.url}&graph=nodes-${count}.graft.json`;
interface Moved {
  readonly load: number;
  readonly pan: Frames;
  readonly zoom: Frames;
}

async function move(at: { url: string; nodes: number }): Promise<Moved> {
  const { page, load } = await opened(browser, at);
  const panned = await pan(page, seconds);
  await page.waitForTimeout(500);
  const zoomed = await zoom(page, seconds);
  await page.context().close();
  return { load, pan: panned, zoom: zoomed };
}

const browser = await openBrowser();
const pages = await pagesOfOneSize();

/** Both canvases are as large, and so are the cards of both, or what is measured is not the same work. */
async function pagesOfOneSize(): Promise<Readonly<Record<string, string>>> {
  const ours = await opened(browser, { url: oursAt(many), nodes: many });
  const { width, height } = await canvasSize(ours.page);
  const plainly = `${plain.url}?nodes=${many}&width=${width}&height=${height}`;
  const theirs = await opened(browser, { url: plainly, nodes: many });
  const sizes = await cardSizes(theirs.page);
  for (const [id, size] of Object.entries(await cardSizes(ours.page)))
    if (sizes[id] !== size)
      throw new Error(`The card of ${id} is ${size}, and ${sizes[id]} in plain React Flow.`);
  await ours.page.context().close();
  await theirs.page.context().close();
  return {
    Graft: oursAt(many),
    'React Flow': plainly,
    'React Flow, visible only': `${plainly}&visible`,
  };
}

const measured = new Map<string, Moved[]>();
for (let round = 0; round < rounds; round += 1)
  for (const [name, url] of Object.entries(pages))
    measured.set(name, [...(measured.get(name) ?? []), await move({ url, nodes: many })]);

const middle = (name: string, of: (moved: Moved) => number): number =>
  median((measured.get(name) ?? []).map(of));
/** Of each round by itself: the machine is another from one minute to the next. */
const ratio = (peer: string, of: (moved: Moved) => number): number =>
  median(
    (measured.get('Graft') ?? []).map((ours, round) => {
      const theirs = measured.get(peer)?.[round];
      return theirs === undefined ? Number.NaN : of(ours) / of(theirs);
    }),
  );

console.log(
  `\n1,000 nodes and 1,500 edges, fitted: frames a second, the longest wait for one, and the time until all stood. Medians of ${rounds} rounds.\n`,
);
printTable(
  ['', 'pan', 'longest', 'zoom', 'longest', 'load'],
  Object.keys(pages).map((name) => [
    name,
    `${middle(name, (moved) => moved.pan.rate).toFixed(1)} fps`,
    `${middle(name, (moved) => moved.pan.longest).toFixed(0)} ms`,
    `${middle(name, (moved) => moved.zoom.rate).toFixed(1)} fps`,
    `${middle(name, (moved) => moved.zoom.longest).toFixed(0)} ms`,
    `${middle(name, ({ load }) => load).toFixed(0)} ms`,
  ]),
);

const bars: string[][] = [];
const bar = (
  what: string,
  value: number,
  { unit, ...limit }: { unit: string; atMost?: number; atLeast?: number },
): void => {
  const wanted = limit.atLeast === undefined ? `≤ ${limit.atMost}` : `≥ ${limit.atLeast}`;
  bars.push([what, `${value.toFixed(2)}${unit}`, wanted, verdict(value, limit)]);
};
for (const gesture of ['pan', 'zoom'] as const) {
  for (const peer of Object.keys(pages).slice(1))
    bar(
      `${gesture}, beside ${peer}`,
      ratio(peer, (moved) => moved[gesture].rate),
      {
        ...{ unit: '×', atLeast: 2 },
      },
    );
  bar(
    gesture,
    middle('Graft', (moved) => moved[gesture].rate),
    { unit: ' fps', atLeast: 40 },
  );
}
bar(
  'load, beside React Flow',
  ratio('React Flow', ({ load }) => load),
  {
    ...{ unit: '×', atMost: 1.5 },
  },
);

const { page } = await opened(browser, { url: oursAt(many), nodes: many });
const waits: number[] = [];
const { ends, nodes, edges } = graphOf(many);
for (const end of ends.slice(0, rounds))
  waits.push(
    ...(await pressDuringRun(
      page,
      end,
      [...nodes.keys()].filter((_, n) => n % 37 === 0),
    )),
  );
waits.sort((a, b) => a - b);
bar(
  `press to paint during runs of 200 nodes, p95 of ${waits.length} over 16 ms`,
  waits[Math.floor(waits.length * 0.95)] ?? 0,
  { unit: ' ms', atMost: 100 },
);
await page.context().close();

const dragged = await opened(browser, { url: oursAt(many), nodes: many });
const node = 'part-2-9-4';
const own = new Set([node, ...edges.filter((edge) => edge.includes(`${node}.`))]);
const rendered = await rendersOfDrag(dragged.page, node);
const known = new Set([...nodes.keys(), ...edges]);
bar(
  'nodes and edges rendered by a drag of one, beside it and its edges',
  [...rendered].filter((id) => known.has(id) && !own.has(id)).length,
  { unit: '', atMost: 0 },
);
await dragged.page.context().close();

const large = await move({ url: oursAt(most), nodes: most });
bar('pan of 5,000 nodes', large.pan.rate, { unit: ' fps', atLeast: 20 });
await browser.close();

console.log('');
printTable(['bar', 'measured', 'wanted', ''], bars);
console.log(`\n5,000 nodes stood after ${large.load.toFixed(0)} ms.`);
