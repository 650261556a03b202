import type { Page, Route } from '@playwright/test';
import { answerWith, openChatServer } from '../runtime/backends/testing/chat-server.ts';
import { countShifts, pressable, shiftOf } from './opened-canvas.ts';
import { asking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

/** Holds back the server's answers to requests of this kind until they are let go. */
async function holdBack(page: Page, request: RegExp): Promise<() => void> {
  const { until, come } = later();
  await page.route(request, async (route: Route) => {
    await until;
    await route.continue();
  });
  return come;
}

/** What comes when it is told to. */
function later(): { readonly until: Promise<void>; readonly come: () => void } {
  let come = (): void => undefined;
  const until = new Promise<void>((resolve) => (come = resolve));
  return { until, come: () => come() };
}

test('problems that the server finds late move nothing that can be pressed', async ({
  page,
  workspace,
}) => {
  const { nodes, edges, layout } = asking('http://127.0.0.1:9/v1');
  await workspace.graph('late-problem', {
    nodes: { ...nodes, ask: { type: 'questions', params: { paths: ['nowhere.jsonl'] } } },
    edges,
    layout,
  });
  const letGo = await holdBack(page, /runs\.plan/);
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'late-problem.graft.json');
  const panel = '[data-testid="inspector"]';
  await expect(page.getByRole('button', { name: 'Take the tour' })).toBeVisible();
  await expect(page.getByLabel('Ask', { exact: true })).toBeVisible();
  await bench.holdsStill();
  const before = await pressable(page, panel);

  letGo();
  const summary = page.getByRole('list', { name: 'Why the graph cannot run' });
  await expect(summary).toContainText('nowhere.jsonl');
  const found = await pressable(page, panel);
  expect(found).toEqual(expect.arrayContaining([...before]));

  // From the counts above, a press leads to them.
  await page.getByTestId('inspector').getByRole('button', { name: '1 problem' }).press('Enter');
  await page.keyboard.press('Tab');
  await expect(summary.getByRole('button').first()).toBeFocused();
});

test('a run and its answers move nothing that can be pressed', async ({ page, workspace }) => {
  const { until: mayAnswer, come: answer } = later();
  await using chat = await openChatServer(async (_asked, response) => {
    await mayAnswer;
    answerWith(response, 'At 05:40, as on every day but Sunday.');
  });
  await workspace.graph('late-answers', asking(chat.url));
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'late-answers.graft.json');
  await expect(page.getByTestId('plan-line')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Take the tour' })).toBeVisible();

  const start = await holdBack(page, /runs\.start/);
  await bench.run();
  const result = page.getByTestId('graph-result');
  await expect(result.getByTestId('result-headline')).toHaveText('Starting');
  await expect(result.getByText('Starting.')).toBeVisible();
  const plan = page.getByRole('banner').getByRole('button', { name: 'Plan', exact: true });
  const places = async () => [
    ...(await pressable(page, '[data-testid="inspector"]')),
    ...(await pressable(page, '[aria-label="Run panel"]')),
    `Plan at ${String((await plan.boundingBox())?.x)}`,
  ];
  const before = await places();
  const all = expect.arrayContaining([...before]);

  start();
  await bench.reaches('write', 'running');
  expect(await places()).toEqual(all);
  answer();
  await bench.reaches('write', 'succeeded');
  await expect(result.getByTestId('output')).toContainText('At 05:40');
  expect(await places()).toEqual(all);

  await test.step('nor does a result that comes late when the graph is opened', async () => {
    const list = await holdBack(page, /runs\.list/);
    await countShifts(page);
    await bench.load(workspace.url, 'late-answers.graft.json');
    await bench.holdsStill();
    list();
    await expect(result.getByTestId('output')).toContainText('At 05:40');
    await expect(page.getByRole('button', { name: 'Take the tour' })).toBeVisible();
    expect(await shiftOf(page)).toBeLessThan(0.01);
  });
});
