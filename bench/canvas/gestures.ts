import type { CDPSession, Page } from '@playwright/test';

/** What a person saw while something moved. */
export interface Frames {
  /** Frames a second in which the view was another than in the one before. */
  readonly rate: number;
  /** Milliseconds of the longest wait for the next frame. */
  readonly longest: number;
}

/** Milliseconds between two turns of the wheel: more often than any screen draws. */
const turnEvery = 8;

/**
 * Turns the wheel over the middle of the canvas, and counts the frames in which the view moves. Turns are sent whether or not
 * the page keeps up, as a hand does.
 */
async function wheel(
  page: Page,
  turn: (share: number) => { readonly deltaX: number; readonly deltaY: number },
  { seconds, control }: { readonly seconds: number; readonly control: boolean },
): Promise<Frames> {
  const box = await page.locator('.react-flow__pane').boundingBox();
  if (box === null) throw new Error('The canvas is not on the screen.');
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const session: CDPSession = await page.context().newCDPSession(page);
  const counted = page.evaluate((ms) => window.watch.moves(ms), seconds * 1000);
  const sent: Promise<unknown>[] = [];
  const began = performance.now();
  for (let due = 0; due < seconds * 1000 + 200; due += turnEvery) {
    const late = due - (performance.now() - began);
    if (late > 0) await new Promise((resolve) => setTimeout(resolve, late));
    sent.push(
      session.send('Input.dispatchMouseEvent', {
        ...{ type: 'mouseWheel', ...at, ...turn(due / (seconds * 1000)) },
        modifiers: control ? 2 : 0,
      }),
    );
  }
  const { times, ms } = await counted;
  await Promise.all(sent);
  await session.detach();
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return { rate: (times.length / ms) * 1000, longest: Math.max(...waits) };
}

/** Pans in circles, a third of the screen wide. */
export function pan(page: Page, seconds: number): Promise<Frames> {
  const turn = (share: number): { deltaX: number; deltaY: number } => {
    const angle = share * seconds * Math.PI;
    return { deltaX: 6 * Math.cos(angle), deltaY: 6 * Math.sin(angle) };
  };
  return wheel(page, turn, { seconds, control: false });
}

/** Zooms in and out again, each second. */
export function zoom(page: Page, seconds: number): Promise<Frames> {
  const turn = (share: number): { deltaX: number; deltaY: number } => ({
    deltaX: 0,
    deltaY: -12 * Math.sin(share * seconds * 2 * Math.PI),
  });
  return wheel(page, turn, { seconds, control: true });
}
