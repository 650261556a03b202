import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { serve } from './served-workspace.ts';
import { giveFile, typedIn } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

/** Rounds of each test, and the seed of the moments at which something is killed. */
const rounds = 4;
let seed = 20_261_127;

/** Milliseconds from `least` to `most`. */
function moment(least: number, most: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return least + Math.round((seed / 2 ** 32) * (most - least));
}

/** What has been typed, with the time after which it stood in the field. */
interface Typing {
  readonly stop: () => Promise<readonly { readonly at: number; readonly text: string }[]>;
}

/** Types numbers into the questions, key by key and without rest, until it is stopped or the page is gone. */
function typeOn(page: Page, before: string): Typing {
  let going = true;
  const typed = [{ at: Date.now(), text: before }];
  const work = (async () => {
    let text = before;
    for (let number = 0; going; number++) {
      for (const key of `${String(number)} `) {
        await page.keyboard.press(key === ' ' ? 'Space' : key);
        text += key;
        typed.push({ at: Date.now(), text });
        await page.waitForTimeout(20);
      }
    }
  })().catch(() => undefined);
  return {
    async stop() {
      going = false;
      await work;
      return typed;
    },
  };
}

const field = (page: Page) => page.getByLabel('Questions', { exact: true });

async function openField(page: Page, url: string, graph: string): Promise<void> {
  const bench = new Workbench(page);
  await bench.open(url, graph);
  await bench.select('questions');
  await bench.tab('Parameters');
  await field(page).focus();
  await page.keyboard.press('Control+End');
}

async function withServer(
  use: (of: {
    folder: string;
    url: string;
    port: number;
    again(): Promise<void>;
    kill(): Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-killed-')));
  await giveFile(folder, 'typed.graft.json', typedIn('Why?'));
  let server = await serve(folder);
  const port = Number(new URL(server.url).port);
  try {
    await use({
      ...{ folder, url: server.url, port },
      async again() {
        server = await serve(folder, {}, ['--port', String(port)]);
      },
      async kill() {
        server.process.kill('SIGKILL');
        await once(server.process, 'exit');
      },
    });
  } finally {
    server.process.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ends the process that draws the page, at once. */
async function crash(context: BrowserContext, page: Page): Promise<void> {
  const gone = page.waitForEvent('crash');
  const devtools = await context.newCDPSession(page);
  void devtools.send('Page.crash').catch(() => undefined);
  await gone;
}

test('a tab that is killed while one types loses the last second at most', async ({ context }) => {
  await withServer(async ({ url }) => {
    let page = await context.newPage();
    await openField(page, url, 'typed.graft.json');
    for (let round = 0; round < rounds; round++) {
      const typing = typeOn(page, await field(page).inputValue());
      await page.waitForTimeout(moment(400, 2_200));
      const killedAt = Date.now();
      await crash(context, page);
      const typed = await typing.stop();
      await page.close();
      page = await context.newPage();
      await openField(page, url, 'typed.graft.json');
      const kept = await field(page).inputValue();
      const least = typed.findLast(({ at }) => at <= killedAt - 1_000)?.text ?? '';
      expect(kept.startsWith(least), `${JSON.stringify(kept)} has lost more than a second`).toBe(
        true,
      );
      expect(typed.at(-1)?.text.startsWith(kept), JSON.stringify(kept)).toBe(true);
    }
  });
});

test('a server that is killed while one types and saves leaves a whole file, and nothing is lost', async ({
  page,
}) => {
  await withServer(async ({ folder, url, again, kill }) => {
    await openField(page, url, 'typed.graft.json');
    for (let round = 0; round < rounds; round++) {
      const typing = typeOn(page, await field(page).inputValue());
      await page.waitForTimeout(moment(100, 700));
      // One hand: a key that is pressed beside Ctrl would not be typed.
      const typed = await typing.stop();
      // In the middle of a save, or a little before or after it.
      const saved = page.keyboard.press('Control+s');
      await page.waitForTimeout(moment(0, 60));
      await kill();
      await saved;
      const text = await readFile(path.join(folder, 'typed.graft.json'), 'utf8');
      const { nodes } = JSON.parse(text) as {
        readonly nodes: { readonly questions: { readonly params: { readonly questions: string } } };
      };
      const { questions } = nodes.questions.params;
      expect(typed.at(-1)?.text.startsWith(questions), JSON.stringify(questions)).toBe(true);
      // All that was typed still stands on the screen, and can be saved once the server is back.
      await expect(field(page)).toHaveValue(typed.at(-1)?.text ?? '');
      await again();
      await expect(async () => {
        await page.keyboard.press('Control+s');
        await expect(page.getByTestId('save-state')).toHaveText('saved', { timeout: 2_000 });
      }).toPass();
      const after = await readFile(path.join(folder, 'typed.graft.json'), 'utf8');
      expect(after).toContain(JSON.stringify(typed.at(-1)?.text));
    }
  });
});

test('two tabs that type into one file never overwrite each other', async ({ context }) => {
  await withServer(async ({ folder, url }) => {
    const [one, other] = [await context.newPage(), await context.newPage()];
    await openField(one, url, 'typed.graft.json');
    await openField(other, url, 'typed.graft.json');
    await other.bringToFront();
    await other.keyboard.type(' other');
    await other.keyboard.press('Control+s');
    await expect(other.getByTestId('save-state')).toHaveText('saved');
    await one.bringToFront();
    await one.getByLabel('Questions', { exact: true }).focus();
    await one.keyboard.press('Control+End');
    await one.keyboard.type(' one');
    await one.keyboard.press('Control+s');
    const text = await readFile(path.join(folder, 'typed.graft.json'), 'utf8');
    expect(text).toContain('other');
  });
});
