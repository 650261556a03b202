import type { Locator, Page } from '@playwright/test';

/** Drags files of this computer onto something, and drops them there, as the browser does it itself. */
export async function dropFiles(page: Page, target: Locator, files: readonly string[]) {
  const box = await target.boundingBox();
  if (box === null) throw new Error('what is dropped onto is not on the screen');
  const client = await page.context().newCDPSession(page);
  const place = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await client.send('Input.dispatchDragEvent', { type, ...place, data });
  await client.detach();
}
