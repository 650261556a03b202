import { commandOf } from '@graft/view';
import { Markdown } from '../../kit/markdown.tsx';
import { useDocument } from '../../kit/stores.ts';

/** What pressing the name of a button in a note does, where the graph has what it is for. */
function pressOf(words: string): (() => void) | undefined {
  const command = commandOf('choose-model');
  return words === command.title && command.enabled?.() !== false ? command.run : undefined;
}

/** What the notes of the graph say about a node with a result. */
export function ResultNotes({ id }: { readonly id: string }) {
  const notes = useDocument((state) => state.shown.notes);
  const texts = Object.values(notes ?? {}).flatMap(({ about, text }) => (about === id ? text : []));
  return texts.map((text) => (
    <div key={text} className="mb-2 text-ink-2" data-testid="result-note">
      <Markdown text={text} press={pressOf} />
    </div>
  ));
}
