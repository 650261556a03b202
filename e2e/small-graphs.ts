import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';

/** A graph of one node, whose questions are typed in: it runs at once and needs no model. */
export const typedIn = (questions: string): string =>
  JSON.stringify({
    graft: 1,
    nodes: { questions: { type: 'questions', version: 1, params: { questions } } },
    edges: [],
    layout: { questions: [80, 80] },
  });

/** Writes a file into a served workspace, at once: nobody sees it emptied and not yet written. */
export async function giveFile(folder: string, name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  // Beside the workspaces, which are watched.
  const written = path.join(os.tmpdir(), `graft-e2e-${randomUUID()}`);
  await writeFile(written, text);
  await rename(written, file);
  return file;
}

/** An item of the menu that is open. */
export const menuItem = (page: Page, name: string): Locator =>
  page.getByRole('menuitem', { name: new RegExp(`^${name}`) });
