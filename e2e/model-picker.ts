import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import type { Workbench } from './workbench.ts';

/** Nothing of this machine's own hub cache, token or settings. */
export const alone = (home: string, hub: string): Record<string, string> => ({
  ...{ HF_ENDPOINT: hub, HF_HOME: path.join(home, 'hf'), HF_TOKEN: '', HF_HUB_OFFLINE: '' },
  ...{ XDG_CONFIG_HOME: path.join(home, 'config'), XDG_CACHE_HOME: path.join(home, 'cache') },
});

/** What a person sees of the picker of models. */
export interface Picker {
  readonly dialog: Locator;
  readonly field: Locator;
  readonly details: (name: string) => Locator;
  readonly option: (name: RegExp) => Locator;
}

/** Opens the picker of a node with a model by key. */
export async function openPicker(page: Page, bench: Workbench, node = 'model'): Promise<Picker> {
  await bench.select(node);
  await page.getByRole('button', { name: 'All models … for Model' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Choose a language model' });
  return {
    ...{ dialog, field: dialog.getByRole('combobox') },
    details: (name) => dialog.getByRole('region', { name }),
    option: (name) => dialog.getByRole('option', { name }),
  };
}
