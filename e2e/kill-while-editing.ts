import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, type BrowserContext, type Page } from '@playwright/test';
import { serve } from './served-workspace.ts';
import { giveFile, typedIn } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

/** Seed of the moments at which something is killed. */
let seed = 20_261_127;

/** Milliseconds from `least` to `most`. */
function moment(least: number, most: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return least + Math.round((seed / 2 ** 32) * (most - least));
}

interface Typing {
  /** Stops, and returns all the text sent, which may hold a last key that the page never handled. */
  readonly stop: () => Promise<string>;
}

/** Types numbers into the questions without rest until it is stopped or the page is gone. */
function typeOn(page: Page, before: string): Typing {
  let going = true;
  let text = before;
  const work = (async () => {
    for (let number = 0; going; number++) {
      for (const key of `${String(number)} `) {
        text += key;
        await page.keyboard.press(key === ' ' ? 'Space' : key);
        await page.waitForTimeout(20);
      }
    }
  })().catch(() => undefined);
  return {
    async stop() {
      going = false;
      await work;
      return text;
    },
  };
}

const field = (page: Page) => page.getByLabel('Questions', { exact: true });

const questionsOf = (graph: string): string => {
  const { nodes }: { nodes: { questions: { params: { questions: string } } } } = JSON.parse(graph);
  return nodes.questions.params.questions;
};

/** The questions in the page's draft; empty without a draft. */
async function kept(page: Page): Promise<string> {
  const draft = await page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.startsWith('graft.draft:'));
    return key === undefined ? null : localStorage.getItem(key);
  });
  if (draft === null) return '';
  const { text }: { text: string } = JSON.parse(draft);
  return questionsOf(text);
}

export async function openField(page: Page, url: string): Promise<void> {
  const bench = new Workbench(page);
  await bench.open(url, 'typed.graft.json');
  await bench.select('questions');
  await bench.tab('Parameters');
  await field(page).focus();
  await page.keyboard.press('Control+End');
}

interface KilledServer {
  readonly folder: string;
  readonly url: string;
  /** Starts the server again at the same address. */
  again(): Promise<void>;
  kill(): Promise<void>;
}

/** Serves a graph of typed questions while `use` works with it. */
export async function withServer(use: (server: KilledServer) => Promise<void>): Promise<void> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'graft-e2e-killed-')));
  await giveFile(folder, 'typed.graft.json', typedIn('Why?'));
  let server = await serve(folder);
  const port = Number(new URL(server.url).port);
  try {
    await use({
      ...{ folder, url: server.url },
      async again() {
        server = await serve(folder, {}, ['--port', String(port)]);
      },
      async kill() {
        server.process.kill('SIGKILL');
        await once(server.process, 'exit');
      },
    });
  } finally {
    // It writes until it is gone.
    if (server.process.kill('SIGKILL')) await once(server.process, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

/** Kills the renderer of a page. */
async function crash(context: BrowserContext, page: Page): Promise<void> {
  const gone = page.waitForEvent('crash');
  const devtools = await context.newCDPSession(page);
  void devtools.send('Page.crash').catch(() => undefined);
  await gone;
}

/** Kills tabs while text is typed without rest. The next tab must restore the draft that the killed one had kept. */
export async function killTabs(context: BrowserContext, rounds: number): Promise<void> {
  await withServer(async ({ url }) => {
    for (let round = 0, text = 'Why?'; round < rounds; round++) {
      const page = await context.newPage();
      await openField(page, url);
      await expect(field(page)).toHaveValue(text);
      const typing = typeOn(page, text);
      await page.waitForTimeout(moment(0, 1_500));
      await expect.poll(async () => (await kept(page)).length).toBeGreaterThan(text.length);
      const least = await kept(page);
      await crash(context, page);
      const typed = await typing.stop();
      await page.close();
      const next = await context.newPage();
      await openField(next, url);
      text = await field(next).inputValue();
      expect(text.startsWith(least), `${text} lacks some of ${least}`).toBe(true);
      expect(typed.startsWith(text), `${text} was not typed`).toBe(true);
      await next.close();
    }
  });
}

/** Kills servers around a save. The file must stay whole, and the page must be able to save all the text later. */
export async function killServers(page: Page, rounds: number): Promise<void> {
  await withServer(async ({ folder, url, again, kill }) => {
    const file = path.join(folder, 'typed.graft.json');
    await openField(page, url);
    for (let round = 0; round < rounds; round++) {
      const typing = typeOn(page, await field(page).inputValue());
      await page.waitForTimeout(moment(100, 700));
      // Typing stops first: a key pressed together with Ctrl would type nothing.
      const typed = await typing.stop();
      // The kill comes during the save, or shortly before or after it.
      const saved = page.keyboard.press('Control+s');
      await page.waitForTimeout(moment(0, 60));
      await kill();
      await saved;
      const questions = questionsOf(await readFile(file, 'utf8'));
      expect(typed.startsWith(questions), JSON.stringify(questions)).toBe(true);
      // The screen still shows all the text.
      await expect(field(page)).toHaveValue(typed);
      await again();
      await expect(async () => {
        await page.keyboard.press('Control+s');
        await expect(page.getByTestId('save-state')).toHaveText('saved', { timeout: 2_000 });
      }).toPass();
      expect(await readFile(file, 'utf8')).toContain(JSON.stringify(typed));
    }
  });
}
