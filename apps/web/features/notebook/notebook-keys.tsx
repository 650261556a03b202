import { chordName, keyName } from '../../kit/chord.ts';

/** What the keys do while a cell has the focus. */
const keys: readonly (readonly [key: string, does: string])[] = [
  ['↑ ↓', 'Go to another cell'],
  ['Enter', 'Open parameters'],
  ['⇧ ↵', 'Run, go to next'],
  [keyName('↵'), 'Run, and stay'],
  ['A', 'Note above'],
  ['B', 'Node below'],
  ['C', 'Connect'],
  ['F2', 'Rename'],
  ['D D', 'Delete'],
  ['Z', 'Undo'],
  [`${chordName('alt+arrowup')} ↓`, 'Move a note'],
];

/** The keys of a notebook, beside its outline. */
export function NotebookKeys() {
  return (
    <section
      className="mt-4 border-t border-line px-2 pt-3 text-sm text-ink-2"
      aria-label="Keys of a cell"
    >
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-2.5 gap-y-1">
        {keys.map(([key, does]) => (
          <div key={key} className="contents">
            <dt className="text-right">
              <kbd className="kbd font-sans whitespace-nowrap">{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
