import { answerWith, openChatServer } from '../runtime/backends/testing/chat-server.ts';
import { asking, chunking, expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a run of another file than the open one is seen, and leads there', async ({
  page,
  workspace,
}) => {
  let answer = (): void => undefined;
  const asked = new Promise<void>((resolve) => (answer = resolve));
  await using chat = await openChatServer(async (_asked, response) => {
    await asked;
    answerWith(response, 'At ', '05:40.');
  });
  await workspace.graph('slow', asking(chat.url));
  await workspace.graph('meanwhile', chunking);
  const bench = new Workbench(page);
  const elsewhere = page.getByTestId('running-elsewhere');
  const file = page.getByRole('navigation', { name: 'File' });
  const open = (name: string) => page.getByRole('button', { name, exact: true }).click();
  await bench.open(workspace.url, 'slow.graft.json');
  await bench.run();
  await bench.reaches('write', 'running');
  await expect(elsewhere).toHaveCount(0);
  await open('meanwhile');
  await expect(elsewhere).toHaveText('slow is running');
  await expect(bench.runButton).toBeVisible();

  // Also where the page did not see it begin.
  await page.reload();
  await bench.tab('All runs');
  await elsewhere.click();
  await expect(file).toHaveText('slow');
  await expect(elsewhere).toHaveCount(0);
  await expect(page.getByRole('tab', { name: 'Run', exact: true, selected: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel', exact: true })).toBeVisible();

  await open('meanwhile');
  await expect(elsewhere).toBeVisible();
  answer();
  await expect(elsewhere).toHaveCount(0);
});
