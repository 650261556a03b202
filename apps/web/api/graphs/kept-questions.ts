import { readJson } from '@graft/view';
import { z } from 'zod';

const keptSchema = z.array(
  z.object({
    question: z.string(),
    runId: z.string(),
    reference: z.string().optional(),
    answerable: z.boolean().optional(),
    /** Absent: kept before a question could have several answers. */
    turn: z.string().optional(),
    adapter: z.enum(['on', 'off']).optional(),
    outputs: z.array(
      z.object({ name: z.string(), doc: z.string(), node: z.string(), port: z.string() }),
    ),
  }),
);
/** An answer as this browser keeps it: what came of it is in its run, which the server keeps. */
export type KeptAsked = z.infer<typeof keptSchema>[number];

const keyOf = (path: string): string => `graft.asked:${path}`;

/** What was asked of a file in this browser, newest first. */
export function keptAsked(path: string): readonly KeptAsked[] {
  try {
    return keptSchema.catch([]).parse(readJson(localStorage.getItem(keyOf(path))));
  } catch {
    // Storage that is switched off holds nothing.
    return [];
  }
}

/** Changes what is kept of a file, beside what other tabs keep of it. */
export function keepAsked(
  path: string,
  change: (kept: readonly KeptAsked[]) => readonly KeptAsked[],
): void {
  const kept = change(keptAsked(path));
  try {
    if (kept.length === 0) localStorage.removeItem(keyOf(path));
    else localStorage.setItem(keyOf(path), JSON.stringify(kept));
  } catch {
    // Without room the questions stay on the screen as long as the page does.
  }
}

/** Takes what was asked of a file along when it is renamed. */
export function moveAsked(from: string, to: string): void {
  const kept = keptAsked(from);
  keepAsked(from, () => []);
  keepAsked(to, () => kept);
}
