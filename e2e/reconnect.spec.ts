import { withServer } from './kill-while-editing.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('what a run would do is asked anew when the server is back', async ({ page }) => {
  await withServer(async ({ url, kill, again }) => {
    const bench = new Workbench(page);
    await bench.open(url, 'typed.graft.json');
    await bench.tab('Plan');
    await bench.select('questions');
    await bench.tab('Parameters');
    const plan = page.getByTestId('plan-line');
    await expect(plan).toContainText('will run');
    await kill();
    await expect(page.getByText('reconnecting')).toBeVisible();
    await bench.fill('Questions', 'How?');
    await expect(page.getByTestId('save-state')).toHaveText('unsaved');
    await again();
    await expect(page.getByText('reconnecting')).toBeHidden();
    await expect(plan).toContainText('will run');
    await expect(page.getByTestId('problem-count')).toHaveCount(0);
  });
});
