import { isUtf8 } from 'node:buffer';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GraphError } from '@graft/graph';

/** What to do with a text that was refused: edit it again, write it over what somebody else wrote, or leave it. */
export type Choice = 'again' | 'over' | 'leave';

export interface DraftEditing<T> {
  /** Lets the person edit a file. */
  edit(draft: string): Promise<void>;
  /** Takes the text; `over`: whatever was written meanwhile. */
  save(text: string, over: boolean): Promise<T>;
  /** Tells the person of a refusal, and asks. */
  choose(refusal: GraphError, draft: string): Promise<Choice>;
}

/** How an editing ended. A text that was left is kept in `draft`. */
export type Edited<T> =
  | { readonly kind: 'saved'; readonly result: T; readonly text: string }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'left'; readonly draft: string };

/**
 * Lets a text be edited in a file of its own, named `name`, and saves it; as often as it is refused and the person wants
 * to go on. Nothing that was typed is ever lost: what is not saved stays in that file, also when something else fails.
 */
export async function editDraft<T>(
  { text: before, name }: { readonly text: string; readonly name: string },
  { edit, save, choose }: DraftEditing<T>,
): Promise<Edited<T>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-edit-'));
  const draft = path.join(folder, name);
  await writeFile(draft, before);
  const original = Buffer.from(before);
  let kept = false;
  try {
    let choice: Choice = 'again';
    for (;;) {
      if (choice === 'again') await edit(draft);
      const typed = await bytesOf(draft);
      if (typed === undefined)
        throw new GraphError('missing-file', 'The editor saved an empty text.');
      if (typed.equals(original)) return { kind: 'unchanged' };
      try {
        const text = textOf(typed);
        return { kind: 'saved', result: await save(text, choice === 'over'), text };
      } catch (error) {
        if (!(error instanceof GraphError)) throw error;
        choice = await choose(error, draft);
      }
      if (choice !== 'leave') continue;
      kept = true;
      return { kind: 'left', draft };
    }
  } catch (error) {
    kept = (await bytesOf(draft))?.equals(original) === false;
    if (!kept) throw error;
    const { code, message, location } = GraphError.from(error);
    throw new GraphError(code, `${message} Your text is in ${draft}.`, { location, cause: error });
  } finally {
    if (!kept) await rm(folder, { recursive: true, force: true });
  }
}

const bytesOf = (file: string): Promise<Buffer | undefined> =>
  readFile(file).catch(() => undefined);

/** With its mark of byte order, should it have one. */
function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new GraphError('bad-encoding', 'The text is not UTF-8. Save it as UTF-8 in your editor.');
}
