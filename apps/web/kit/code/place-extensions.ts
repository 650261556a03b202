import {
  autocompletion,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import type { Extension, Range } from '@codemirror/state';
import {
  Decoration,
  keymap,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from '@codemirror/view';

/** A name in braces within a text: `{name}`. */
interface Place {
  readonly name: string;
  /** Index of the opening brace, and the index after the closing one. */
  readonly from: number;
  readonly to: number;
}

/** The names in braces in a text; braces of code and JSON do not count. */
export function placesIn(text: string): Place[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(({ index, 0: whole, 1: name = '' }) => ({
    name,
    from: index,
    to: index + whole.length,
  }));
}

/** The names in braces that nothing replaces, without duplicates, in the order of the text. */
function unknownPlaces(text: string, known: readonly string[]): string[] {
  const names = placesIn(text).map(({ name }) => name);
  return [...new Set(names)].filter((name) => !known.includes(name));
}

const listed = new Intl.ListFormat('en', { type: 'conjunction' });
const inBraces = (names: readonly string[]): string =>
  listed.format(names.map((name) => `{${name}}`));

/** What to say about names that nothing replaces; undefined if there are none. */
export function unknownMessage(text: string, known: readonly string[]): string | undefined {
  const unknown = unknownPlaces(text, known);
  if (unknown.length === 0) return undefined;
  const [predicate, stays] =
    unknown.length === 1
      ? ['is not a placeholder here', 'it stays']
      : ['are not placeholders here', 'they stay'];
  const instead =
    known.length === 0 ? 'This text has no placeholders.' : `Placeholders: ${inBraces(known)}.`;
  return `${inBraces(unknown)} ${predicate}: ${stays} as written. ${instead}`;
}

/** Offers the names from an opening brace on, or where they are asked for by Ctrl+Space. */
function completePlace(
  names: readonly string[],
  context: CompletionContext,
): CompletionResult | null {
  const begun = context.matchBefore(/\{\w*/);
  if (names.length === 0 || (begun === null && !context.explicit)) return null;
  const isClosed = context.state.sliceDoc(context.pos, context.pos + 1) === '}';
  return {
    from: begun?.from ?? context.pos,
    to: isClosed ? context.pos + 1 : context.pos,
    options: names.map((name) => ({ label: `{${name}}` })),
    validFor: /^\{\w*\}?$/,
  };
}

const known = Decoration.mark({ class: 'cm-place' });
const unknown = Decoration.mark({ class: 'cm-unknown-place' });

function marks({ visibleRanges, state }: EditorView, names: readonly string[]): DecorationSet {
  const found: Range<Decoration>[] = visibleRanges.flatMap(({ from, to }) =>
    placesIn(state.sliceDoc(from, to)).map((place) =>
      (names.includes(place.name) ? known : unknown).range(from + place.from, from + place.to),
    ),
  );
  return Decoration.set(found);
}

/** Marks what is filled in, underlines what is not though it looks so, and completes the names. */
export function placeExtensions(names: readonly string[]): Extension {
  const marked = ViewPlugin.define(
    (view) => ({
      shown: marks(view, names),
      update({ docChanged, viewportChanged, view: now }: ViewUpdate) {
        if (docChanged || viewportChanged) this.shown = marks(now, names);
      },
    }),
    { decorations: ({ shown }) => shown },
  );
  return [
    marked,
    autocompletion({
      override: [(context) => completePlace(names, context)],
      icons: false,
      // Ours stand among the other keys.
      defaultKeymap: false,
    }),
    // What a key does to the list it does to nothing else: Escape leaves neither the field nor its cell.
    keymap.of(completionKeymap.map((binding) => ({ ...binding, stopPropagation: true }))),
  ];
}
