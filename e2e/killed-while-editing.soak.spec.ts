import { killServers, killTabs } from './kill-while-editing.ts';
import { browserTest as test } from './served-workspace.ts';

test('tabs that are killed while one types, again and again', async ({ context }) => {
  await killTabs(context, 12);
});

test('servers that are killed while one types and saves, again and again', async ({ page }) => {
  await killServers(page, 12);
});
