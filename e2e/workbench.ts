import { expect, type Locator, type Page } from '@playwright/test';

/** What a person does on the screen, in their words. */
export class Workbench {
  readonly page: Page;
  readonly canvas: Locator;
  readonly output: Locator;
  readonly runButton: Locator;

  constructor(page: Page) {
    this.page = page;
    this.canvas = page.locator('.react-flow__pane');
    this.output = page.getByTestId('output');
    this.runButton = page.getByRole('banner').getByRole('button', { name: /^Run/ });
  }

  /** Opens the page; `graph` is a path below the workspace. */
  async open(url: string, graph?: string): Promise<void> {
    await this.load(url, graph);
    await expect(this.page.getByRole('complementary', { name: 'Palette' })).toBeVisible();
    if (graph !== undefined) await this.holdsStill();
  }

  /** Waits until the canvas has fitted the graph and loaded its later parts: both move what a test is about to press. */
  async holdsStill(frames = 3): Promise<void> {
    await this.page.waitForFunction(async (least) => {
      const isFitted = (): boolean =>
        document.querySelector('.held') === null && document.querySelector('.overview') !== null;
      const place = (): string | null | undefined =>
        document.querySelector('.react-flow__viewport')?.getAttribute('style');
      const before = place();
      for (let passed = 0; passed < least; passed += 1) {
        if (!isFitted() || place() !== before) return false;
        await new Promise(requestAnimationFrame);
      }
      return true;
    }, frames);
  }

  /** Loads the page, without waiting for anything of it to be seen. */
  async load(url: string, graph?: string): Promise<void> {
    const address = new URL(url);
    if (graph !== undefined) address.searchParams.set('graph', graph);
    await this.page.goto(address.href);
  }

  async newGraph(name: string): Promise<void> {
    const dialog = await this.askForGraph();
    // What the folder holds comes a moment later, and moves the button.
    await expect(dialog.getByText('Looking through the folder')).toHaveCount(0);
    await dialog.getByRole('radio', { name: 'Start empty' }).check();
    await this.page.getByLabel('Name', { exact: true }).fill(name);
    await this.page.getByRole('button', { name: 'Create' }).click();
    await expect(this.page.getByRole('navigation', { name: 'File' })).toContainText(name);
    // It closes once the file is open; until then keys are for its fields.
    await expect(dialog).toHaveCount(0);
    // The canvas draws it a moment after the header names it.
    await expect(this.page.locator('.react-flow__node')).toHaveCount(0);
  }

  /** Opens the dialog that asks for the name of a new graph. */
  async askForGraph(): Promise<Locator> {
    const dialog = this.page.getByRole('dialog', { name: 'New graph' });
    // The list of files may load between press and release and move the button away. An open dialog covers the button.
    await expect(async () => {
      if (!(await dialog.isVisible()))
        await this.page
          .getByRole('button', { name: 'New graph', exact: true })
          .click({ timeout: 3_000 });
      await expect(dialog).toBeVisible({ timeout: 3_000 });
    }).toPass();
    return dialog;
  }

  /** Drags a node type from the palette to a place on the canvas, in pixels from its top left corner. */
  async drag(title: string, x: number, y: number): Promise<void> {
    const nodes = this.page.locator('.react-flow__node');
    const before = await nodes.count();
    await this.page
      .getByRole('button', { name: `Add ${title}`, exact: true })
      .dragTo(this.canvas, { targetPosition: { x, y } });
    await expect(nodes).toHaveCount(before + 1);
  }

  node(id: string): Locator {
    return this.page.getByTestId(`node-${id}`);
  }

  /** Draws an edge as far as the target's port, without letting go: `files.documents`, `chunk.documents`. */
  async draw(source: string, target: string): Promise<void> {
    // What brings a node that was just dropped into sight takes some frames to begin.
    await this.holdsStill(6);
    await this.#moveTo(this.#handle(source));
    await this.page.mouse.down();
    await this.#moveTo(this.#handle(target));
  }

  async connect(source: string, target: string): Promise<void> {
    const edges = this.page.locator('.react-flow__edge');
    const before = await edges.count();
    await this.draw(source, target);
    await this.page.mouse.up();
    await expect(edges).toHaveCount(before + 1);
  }

  async select(id: string): Promise<void> {
    // A view that is still coming to rest may move the node away between press and release.
    await expect(async () => {
      await this.node(id).locator('header').click();
      await expect(this.node(id)).toHaveAttribute('data-selected', 'true', { timeout: 2_000 });
    }).toPass({ timeout: 30_000 });
    // The inspector follows a frame later. Until then its fields are those of the node before.
    await this.page.waitForFunction((node) => {
      const panel = document.querySelector<HTMLElement>('#inspector-panel');
      return panel === null || panel.dataset['node'] === node;
    }, id);
  }

  /** A tab of the inspector, or an output of the selected node. */
  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name, exact: true }).click();
  }

  /** A tab of the inspector: the lower panel has a log too. */
  inspectorTab(name: string): Locator {
    return this.page.getByRole('tablist', { name: 'Inspector' }).getByRole('tab', { name });
  }

  /** Shows the parameters of the selected node that are seldom needed. */
  async more(): Promise<void> {
    await this.#showParameters();
    await this.page.getByText('More', { exact: true }).click();
  }

  /** A node that has run opens on its output. */
  async #showParameters(): Promise<void> {
    const tab = this.inspectorTab('Parameters');
    if (await tab.isVisible()) await tab.click();
  }

  /** Puts the selected nodes into a subgraph, under the name that is proposed unless another is given. */
  async makeSubgraph(name?: string): Promise<void> {
    await this.page.keyboard.press('Control+g');
    const dialog = this.page.getByRole('dialog', { name: 'Make a subgraph' });
    const field = dialog.getByLabel('Name', { exact: true });
    await expect(field).toBeFocused();
    if (name !== undefined) await field.fill(name);
    await this.page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
  }

  /** Runs the selected node and what it needs. */
  async runUpToHere(): Promise<void> {
    await this.page.getByRole('button', { name: 'Run up to here' }).click();
  }

  /** Fills a text or number parameter of the selected node. */
  async fill(label: string, value: string): Promise<void> {
    await this.#showParameters();
    await this.page.getByLabel(label, { exact: true }).fill(value);
  }

  async run(): Promise<void> {
    await this.runButton.click();
  }

  /** Waits for the status that a node's step has come to. */
  async reaches(id: string, status: string, timeout = 60_000): Promise<void> {
    const card = `[data-testid="node-${id}"][data-status="${status}"]`;
    // This polls every frame. The assertion below polls twice a second, and explains a failure.
    await this.page
      .waitForFunction((found) => document.querySelector(found) !== null, card, { timeout })
      .catch(() => undefined);
    await expect(this.node(id)).toHaveAttribute('data-status', status);
  }

  #handle(port: string): Locator {
    const [node = '', name = ''] = port.split('.');
    return this.page.getByTestId(`handle-${node}-${name}`);
  }

  async #moveTo(target: Locator): Promise<void> {
    const box = await target.boundingBox();
    if (box === null) throw new Error('the port is not on the screen');
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 12 });
  }
}
