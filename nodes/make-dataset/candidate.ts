import type { Chunk, RunContext } from '@graft/graph';
import type { ModelAsker, Params, Reply } from './model-asker.ts';
import type { Tally } from './tally.ts';

/** A question that may become a row. */
export interface Candidate {
  readonly chunk: Chunk;
  readonly question: string;
  /** Absent: nothing is to answer it. */
  readonly reference?: string;
  /** The question that it asks in other words. */
  readonly of?: Candidate;
}

/** What every part of the making needs. */
export interface Making {
  readonly ctx: RunContext;
  readonly params: Params;
  readonly asker: ModelAsker;
  readonly tally: Tally;
}

/** A prompt with its places filled; what is put in is not looked through for more. */
export function filled(prompt: string, values: Readonly<Record<string, string | number>>): string {
  return prompt.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  );
}

/** Whether a reply was cut within a part of it, which is then not all that was to be said. */
export function isCutIn({ cut, text }: Reply, part: string): boolean {
  return cut && text.endsWith(part);
}

/** What the model replied; nothing where it could not. */
export function replied(reply: Reply | string | undefined): Reply {
  return typeof reply === 'object' ? reply : { text: '', cut: false };
}
