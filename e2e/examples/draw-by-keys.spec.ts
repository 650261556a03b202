import type { Page } from '@playwright/test';
import { expect, test } from '../served-workspace.ts';
import { Workbench } from '../workbench.ts';

/** Milliseconds that a first run may take: it downloads the models where they are not here yet. */
const firstRun = 400_000;

/** The only hands of this test. */
class Keys {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Does a command by the command menu. */
  async command(title: string): Promise<void> {
    await this.press('Control+k');
    await this.type(title);
    const first = this.page.getByRole('dialog').getByRole('option').first();
    await expect(first).toHaveText(new RegExp(`^${title}`));
    await this.press('Enter');
  }

  /** Adds a node by the command menu. It has the focus then. */
  async add(title: string, id: string): Promise<void> {
    await this.press('Control+k');
    await this.#choose(title, new RegExp(`^${title}`));
    await this.isOn(id);
  }

  /** From the node that has the focus: a new one, connected. That one has the focus then. */
  async connectNew(words: string, id: string): Promise<void> {
    await this.press('c');
    await this.#choose(words);
    await this.isOn(id);
  }

  /** From the node that has the focus to a port of the graph. The focus stays. */
  async connectTo(words: string, said: string): Promise<void> {
    await this.press('c');
    await this.#choose(words);
    await expect(this.page.getByTestId('announcement')).toContainText(said);
  }

  async isOn(id: string): Promise<void> {
    await expect(this.page.locator(`.react-flow__node[data-id="${id}"]`)).toBeFocused();
  }

  /** Presses Tab until the node has the focus, from wherever it is. */
  async goTo(id: string): Promise<void> {
    await this.tabUntil(`.react-flow__node[data-id="${id}"]`);
  }

  async tabUntil(selector: string): Promise<void> {
    for (let steps = 0; steps < 120; steps++) {
      if (await this.page.evaluate((one) => document.activeElement?.matches(one), selector)) return;
      await this.press('Tab');
    }
    throw new Error(`Tab does not lead to ${selector}.`);
  }

  async #choose(words: string, name?: RegExp): Promise<void> {
    await expect(this.page.getByRole('dialog')).toBeVisible();
    await this.type(words);
    const first = this.page.getByRole('dialog').getByRole('option').first();
    if (name !== undefined) await expect(first).toHaveText(name);
    else await expect(first).toBeVisible();
    await this.press('Enter');
    await expect(this.page.getByRole('dialog')).toHaveCount(0);
  }
}

test('the quickstart is drawn, run and looked at without a mouse', async ({ page, workspace }) => {
  test.setTimeout(900_000);
  const bench = new Workbench(page);
  const keys = new Keys(page);
  await bench.open(workspace.url);

  await test.step('a new graph', async () => {
    await keys.command('New graph');
    await expect(page.getByRole('dialog', { name: 'New graph' })).toBeVisible();
    await keys.type('by-keys');
    // Back to the choice: the last way, an empty canvas, is before the first.
    const chosen = page.getByRole('dialog').getByRole('radio', { checked: true });
    await expect(chosen).toHaveAccessibleName(/^Ask these/);
    await keys.press('Shift+Tab', 'ArrowUp', 'ArrowUp');
    await expect(chosen).toHaveAccessibleName('Start empty');
    await keys.press('Enter');
    await expect(page.getByRole('navigation', { name: 'File' })).toContainText('by-keys');
    // It closes once the file is open.
    await expect(page.getByRole('dialog')).toHaveCount(0);
  });

  await test.step('draw it: each node comes connected to the one before', async () => {
    await keys.add('Files', 'load-files');
    await keys.connectNew('new chunk', 'chunk');
    await keys.connectNew('new embed', 'embed');
    await keys.connectNew('new index', 'index');
    await keys.connectNew('new retrieve index', 'retrieve');
    await keys.connectNew('new questions', 'questions');
    await keys.goTo('retrieve');
    await keys.connectNew('new inject context', 'inject-context');
    await keys.connectNew('new generate', 'generate');
    await keys.connectNew('new base model', 'base-model');
    await expect(page.locator('.react-flow__node')).toHaveCount(9);
    await expect(page.locator('.react-flow__edge')).toHaveCount(8);
  });

  await test.step('tidy it', async () => {
    await keys.command('Tidy layout');
    await keys.isOn('base-model');
  });

  await test.step('fill in the parameters', async () => {
    await keys.goTo('load-files');
    await keys.press('e');
    await expect(page.locator('#inspector-panel :focus')).toBeVisible();
    await keys.tabUntil('[aria-label="Add to Files"]');
    await keys.press('Enter');
    await expect(page.getByLabel('Files, row 1', { exact: true })).toBeFocused();
    await keys.type('handbook/kilns/*.md');
    // Out of the list: Escape in it would take back what was typed.
    await keys.tabUntil('#inspector-panel summary');
    await keys.press('Escape');
    await keys.isOn('load-files');
    await keys.goTo('questions');
    await keys.press('e');
    await expect(page.getByLabel('Questions', { exact: true })).toBeFocused();
    await keys.type('How much fuel does one firing of the wood kiln consume?');
    await keys.press('Enter');
    await keys.type('Which burner of the Eastern Kiln is lit first?');
    await keys.press('Tab', 'Escape');
    await keys.isOn('questions');
  });

  await test.step('run it', async () => {
    await keys.press('Control+Enter');
    await bench.reaches('generate', 'succeeded', firstRun);
  });

  await test.step('look at the answers, a hit and its source', async () => {
    await keys.goTo('generate');
    await keys.press('o');
    await expect(page.getByRole('tabpanel', { name: 'Output' })).toBeFocused();
    await expect(bench.output.locator('article')).toHaveCount(2);
    await expect(bench.output.locator('.gk-answer').first()).not.toBeEmpty();
    await keys.press('Escape');
    await keys.isOn('generate');
    await keys.goTo('retrieve');
    await keys.press('o');
    await expect(bench.output).toContainText('handbook/');
    await keys.tabUntil('.gk-hit .gk-link');
    await keys.press('Enter');
    await expect(page.getByTestId('source')).toContainText(/handbook\/.*\.md · line/);
    await keys.press('Escape');
    await expect(page.getByTestId('source')).toHaveCount(0);
  });

  await test.step('change a parameter, and see what runs again', async () => {
    await keys.goTo('inject-context');
    await keys.press('e');
    await keys.tabUntil('#inspector-panel [id$="top"]');
    await keys.press('Control+a');
    await keys.type('1');
    await keys.press('Control+Enter');
    await bench.reaches('retrieve', 'cached', firstRun);
    await bench.reaches('generate', 'succeeded', firstRun);
    await keys.press('Control+s');
    await expect(page.getByTestId('save-state')).toHaveText('saved');
  });
});
