import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** All rules of WCAG 2 A and AA and of good practice; then, since only colours differ between the themes, those of colours. */
const looks = [
  { colorScheme: 'light', rules: undefined },
  { colorScheme: 'dark', rules: ['color-contrast', 'link-in-text-block'] },
] as const;

/** Axe is half a megabyte of script: each page loads it once. */
const axeOn = async (page: Page): Promise<{ axeSource?: string }> =>
  (await page.evaluate(() => 'axe' in window)) ? { axeSource: 'void 0' } : {};

/**
 * Looks with axe at what is on the screen, in both themes. What is found does not end the test, so that one run tells all.
 */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  for (const { colorScheme, rules } of looks) {
    // Colours on their way from one theme to the other would be those of neither.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const axe = new AxeBuilder({ page, ...(await axeOn(page)) })
      .setLegacyMode()
      .options({ resultTypes: ['violations'] });
    const { violations } = await (rules === undefined ? axe : axe.withRules([...rules])).analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary = '' }) =>
          `${id}: ${target.join(' ')}: ${failureSummary.replaceAll(/\s+/g, ' ')}`,
      ),
    );
    expect.soft(found, `${screen}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
}
