import { portPhrase } from '@graft/graph';
import { useRef } from 'react';
import type { GivenText } from '../../api/graphs/graph-function.ts';
import { useApp } from './app-store.ts';
import { readInto } from './read-into.ts';

/** What may be left out of a field, said in it. */
const withoutText = {
  sample: 'Leave empty to use the graph’s sample.',
  saved: 'Leave empty to use the questions of the file.',
  nothing: 'Optional.',
} as const;

/** One input of the graph: a text, typed or read from a file. */
export function AppInput({ input }: { readonly input: GivenText }) {
  const { name, node, title, doc, type, without } = input;
  const text = useApp((state) => state.texts[node] ?? '');
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
        onChange={(event) => useApp.getState().give(node, event.target.value)}
      />
      <p id={`${id}-help`} className="mt-1 text-sm text-ink-2">
        {[doc, without === undefined ? '' : withoutText[without]]
          .filter((one) => one !== '')
          .join(' ')}
      </p>
    </section>
  );
}
