import { history, historyKeymap, standardKeymap } from '@codemirror/commands';
import { Annotation, Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { placeExtensions } from './place-extensions.ts';

/** Marks a change that came from the graph, and is not to be written into it again. */
const fromGraph = Annotation.define<true>();

const look = EditorView.theme({
  '&': {
    border: '1px solid var(--line-strong)',
    borderRadius: '7px',
    background: 'var(--panel)',
    color: 'var(--ink)',
    fontSize: '11.5px',
  },
  '&.cm-focused': {
    borderColor: 'var(--accent)',
    outline: '2px solid color-mix(in srgb, var(--accent) 22%, transparent)',
  },
  '&:has([aria-invalid="true"])': { borderColor: 'var(--error)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', maxHeight: '50vh' },
  // Enlarged.
  '.dialog &': { fontSize: '13px' },
  '.dialog & .cm-scroller': { height: '56vh', maxHeight: 'none' },
  '.cm-content': { padding: '6px 0', minHeight: '66px', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 9px' },
  '.cm-place': { color: 'var(--accent)' },
  '.cm-unknown-place': {
    textDecoration: 'underline wavy var(--working)',
    textUnderlineOffset: '3px',
    textDecorationSkipInk: 'none',
  },
  '.cm-tooltip': {
    border: '1px solid var(--line-strong)',
    borderRadius: '7px',
    background: 'var(--panel)',
    boxShadow: 'var(--shadow-raised)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '11.5px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 9px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    background: 'var(--accent-soft)',
    color: 'var(--accent)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
});

/** Attributes of the element that is typed into. */
export type TypedInto = Readonly<Record<string, string>>;

/** An editor of a prompt. */
export interface PromptView {
  readonly view: EditorView;
  /** Takes over what the graph has by now, which is nothing that was typed. */
  take(text: string): void;
  describe(attributes: TypedInto): void;
}

interface Given {
  readonly text: string;
  readonly places: readonly string[];
  readonly attributes: TypedInto;
  change(text: string): void;
}

/** Makes the editor; whoever made it shows its element, and destroys it. */
export function promptView({ text, places, attributes, change }: Given): PromptView {
  const described = new Compartment();
  const typedInto = (now: TypedInto): Extension => EditorView.contentAttributes.of(now);
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [
        look,
        EditorView.lineWrapping,
        placeExtensions(places),
        history(),
        keymap.of([...standardKeymap, ...historyKeymap]),
        described.of(typedInto(attributes)),
        EditorView.updateListener.of(({ docChanged, transactions, state }) => {
          if (docChanged && !transactions.some((one) => one.annotation(fromGraph)))
            change(state.doc.toString());
        }),
      ],
    }),
  });
  return {
    view,
    take(now) {
      const { length } = view.state.doc;
      if (now === view.state.doc.toString()) return;
      view.dispatch({
        changes: { from: 0, to: length, insert: now },
        annotations: fromGraph.of(true),
      });
    },
    describe: (now) => view.dispatch({ effects: described.reconfigure(typedInto(now)) }),
  };
}
