import { history, historyKeymap, standardKeymap } from '@codemirror/commands';
import { Annotation, Compartment, EditorState, type Extension } from '@codemirror/state';
import { Decoration, EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view';
import type { CodeLanguage } from '@graft/graph';
import { codeExtensions } from './code-extensions.ts';
import { placeExtensions } from './place-extensions.ts';

/** Marks a change that came from the graph: it must not be written back. */
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
  '.cm-placeholder': { color: 'var(--ink-2)', whiteSpace: 'pre-wrap' },
  '.cm-place': { color: 'var(--accent)' },
  '.cm-unknown-place': {
    textDecoration: 'underline wavy var(--working)',
    textUnderlineOffset: '3px',
    textDecorationSkipInk: 'none',
  },
  '.cm-gutters': {
    border: 'none',
    background: 'transparent',
    color: 'var(--ink-3)',
  },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '26px', padding: '0 2px 0 6px' },
  '.cm-fault': { background: 'var(--error-soft)', boxShadow: 'inset 2px 0 var(--error)' },
  '&.cm-focused .cm-matchingBracket': { background: 'var(--accent-soft)' },
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

/** Attributes of the editable element. */
export type TypedInto = Readonly<Record<string, string>>;

/** An editor of a prompt or of code. */
export interface PromptView {
  readonly view: EditorView;
  /** Takes over a text from the graph: not an edit of the person. */
  take(text: string): void;
  describe(attributes: TypedInto): void;
  /** Shows what an empty text stands for. */
  hint(text: string): void;
  /** Marks the faulty line, counted from 1. */
  markFault(line: number | undefined): void;
}

interface Given {
  readonly text: string;
  readonly places: readonly string[];
  readonly language: CodeLanguage | undefined;
  readonly attributes: TypedInto;
  change(text: string): void;
}

/** Marks a line while the text has it. */
function faultAt(line: number | undefined): Extension {
  if (line === undefined) return [];
  const mark = Decoration.line({ class: 'cm-fault' });
  return EditorView.decorations.of(({ state: { doc } }) =>
    line > doc.lines ? Decoration.none : Decoration.set(mark.range(doc.line(line).from)),
  );
}

/** Creates the editor; the caller inserts its element and destroys it. */
export function promptView(given: Given): PromptView {
  const { text, places, language, attributes, change } = given;
  const described = new Compartment();
  const coded = new Compartment();
  const faulty = new Compartment();
  const hinted = new Compartment();
  // A scrolling element must hold something focusable; accessibility tools look for this attribute.
  const typedInto = (now: TypedInto): Extension =>
    EditorView.contentAttributes.of({ tabindex: '0', ...now });
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [
        look,
        EditorView.lineWrapping,
        language === undefined ? placeExtensions(places) : lineNumbers(),
        coded.of([]),
        faulty.of([]),
        hinted.of([]),
        history(),
        keymap.of([...standardKeymap, ...historyKeymap]),
        described.of(typedInto(attributes)),
        EditorView.updateListener.of(({ docChanged, transactions, state }) => {
          if (docChanged && !transactions.some((transaction) => transaction.annotation(fromGraph)))
            change(state.doc.toString());
        }),
      ],
    }),
  });
  if (language !== undefined) {
    // Until the language has loaded, code is plain text.
    codeExtensions(language).then(
      (extensions) => view.dispatch({ effects: coded.reconfigure(extensions) }),
      () => undefined,
    );
  }
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
    markFault: (line) => view.dispatch({ effects: faulty.reconfigure(faultAt(line)) }),
    hint: (now) => view.dispatch({ effects: hinted.reconfigure(placeholder(now)) }),
    describe: (now) => view.dispatch({ effects: described.reconfigure(typedInto(now)) }),
  };
}
