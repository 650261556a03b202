import type { Page } from '@playwright/test';

/**
 * Gives what holds back the parts of the page's code that have not been fetched yet, which gives what lets them come. Holds only
 * parts whose code contains `code`, where that is given.
 */
export async function heldParts(page: Page, code = ''): Promise<() => () => void> {
  let released = Promise.resolve();
  await page.route(/\.js(\?|$)/, async (route) => {
    const response = await route.fetch();
    if ((await response.text()).includes(code)) await released;
    await route.fulfill({ response });
  });
  return () => {
    let release = (): void => undefined;
    released = new Promise<void>((resolve) => (release = resolve));
    return () => release();
  };
}
