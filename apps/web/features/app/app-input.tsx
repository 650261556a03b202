import { portPhrase } from '@graft/graph';
import { useRef } from 'react';
import type { GivenText } from '../../api/graphs/graph-function.ts';
import { bytes } from '@graft/nodes/kit/ui';
import { useConversation, useScreen } from '../../kit/stores.ts';

/** The most bytes of a file that a field accepts. */
const largestFile = 20_000_000;

/**
 * Reads a file into an input of the form. An unreadable file is reported and leaves the field as it was; if another
 * graph was opened meanwhile, the text is dropped.
 */
export async function readInto(input: string, file: File): Promise<void> {
  const { file: graph } = useConversation.getState();
  if (file.size > largestFile) {
    return refuse(
      `${file.name} has ${bytes(file.size)}; a field accepts at most ${bytes(largestFile)}. Choose a smaller file, or read it with a node on the canvas.`,
    );
  }
  let text: string;
  try {
    text = await file.text();
  } catch {
    return refuse(
      `${file.name} could not be read. Check that it still exists, then choose it again.`,
    );
  }
  const now = useConversation.getState();
  if (now.file === graph) now.give(input, text);
}

function refuse(message: string): void {
  useScreen.getState().notify({ tone: 'error', message });
}

/** The placeholder of an optional field. */
const withoutText = {
  sample: 'Leave empty to use the graph’s sample.',
  saved: 'Leave empty to use the questions of the file.',
  nothing: 'Optional.',
} as const;

/** An input of the graph: a text, typed or read from a file. */
export function AppInput({ input }: { readonly input: GivenText }) {
  const { name, node, title, doc, type, without } = input;
  const text = useConversation((state) => state.texts[node] ?? '');
  const chooser = useRef<HTMLInputElement>(null);
  const id = `app-input-${name}`;
  if (type.encoding !== 'jsonl') {
    return (
      <section className="app-field">
        <h3 className="font-[550]">{title}</h3>
        <p className="text-ink-2">
          {without === 'sample'
            ? `This input is ${portPhrase(type)}, which cannot be typed here. The graph’s sample is used.`
            : `This input is ${portPhrase(type)}, which cannot be typed here. Use this graph as a subgraph to set it.`}
        </p>
      </section>
    );
  }
  const byLine = type.id === 'questions';
  return (
    <section className="app-field">
      <div className="flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="font-[550]">
          {title}
        </label>
        <button
          type="button"
          className="text-sm text-ink-2 hover:text-ink hover:underline"
          onClick={() => chooser.current?.click()}
        >
          Read from a file …
        </button>
        <input
          ref={chooser}
          type="file"
          hidden
          aria-label={`File for ${title}`}
          accept=".txt,.md,.jsonl,.json,.csv,text/*"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file !== undefined) void readInto(node, file);
            event.target.value = '';
          }}
        />
      </div>
      <textarea
        id={id}
        className="field mt-1"
        rows={byLine ? 3 : 6}
        value={text}
        aria-describedby={`${id}-help`}
        placeholder={byLine ? 'One question per line' : undefined}
        onChange={(event) => useConversation.getState().give(node, event.target.value)}
      />
      <p id={`${id}-help`} className="mt-1 text-sm text-ink-2">
        {[doc, without === undefined ? '' : withoutText[without]]
          .filter((part) => part !== '')
          .join(' ')}
      </p>
    </section>
  );
}
