import type { Page } from '@playwright/test';

/** What a page says in the console from now on, its errors, and what broke its policy: gathered as it comes. */
export async function gatherComplaints(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  // What is caught on the page is said by no error, but broke the policy all the same.
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`broken: ${violatedDirective} ${blockedURI}`);
    });
  });
  return complaints;
}
