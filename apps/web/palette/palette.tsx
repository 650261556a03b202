import type { NodeType } from '@graft/graph';
import { definitions } from '@graft/nodes/definitions';
import { addToCanvas } from '../canvas/edit-actions.ts';
import { families, familyColour, familyTitles } from '../canvas/family-colour.ts';
import { nodeDragType } from '../canvas/node-drag.ts';
import { keyName } from '../shell/platform.ts';
import { useDocument } from '../state/document-store.ts';
import { useScreen } from '../state/screen-store.ts';
import { FileList } from './file-list.tsx';

function PaletteItem({ definition }: { readonly definition: NodeType }) {
  return (
    <li>
      <button
        type="button"
        className="quiet-row cursor-grab"
        draggable
        title={`${definition.doc}\n\nClick to add, or drag onto the canvas.`}
        aria-label={`Add ${definition.title}`}
        onDragStart={(event) => {
          event.dataTransfer.setData(nodeDragType, definition.type);
          event.dataTransfer.effectAllowed = 'copy';
        }}
        onClick={() => addToCanvas(definition)}
      >
        <i className="group-square" style={{ '--c': familyColour(definition.group) }} />
        {definition.title}
      </button>
    </li>
  );
}

/** Order of work rather than of the alphabet: a node stands after those that feed it. */
function inOrderOfWork(all: readonly NodeType[]): readonly NodeType[] {
  const makers = (type: string): NodeType[] =>
    all.filter((one) => Object.values(one.outputs).some((port) => port.type.id === type));
  const depth = (one: NodeType, seen: ReadonlySet<string>): number => {
    const feeding = Object.values(one.inputs)
      .flatMap((port) => makers(port.type.id))
      .filter(({ type }) => !seen.has(type));
    return feeding.length === 0
      ? 0
      : 1 + Math.max(...feeding.map((next) => depth(next, new Set([...seen, next.type]))));
  };
  const rank = new Map(all.map((one) => [one, depth(one, new Set([one.type]))]));
  return [...all].sort(
    (a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0) || a.title.localeCompare(b.title),
  );
}

const ordered = inOrderOfWork(definitions);

/** Node types by group, then the files of the workspace. */
export function Palette() {
  const open = useDocument((state) => state.file !== null);
  return (
    <aside aria-label="Palette" className="flex min-h-0 flex-col border-r border-line bg-panel">
      <div className="px-3 pt-3 pb-1">
        <button
          type="button"
          className="field flex items-center justify-between text-ink-2"
          onClick={() => useScreen.getState().show({ commandMenu: true })}
        >
          Add a node <kbd className="kbd font-sans">{keyName('K')}</kbd>
        </button>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto pb-3">
        {open
          ? families.map((family) => {
              const members = ordered.filter(({ group }) => group === family);
              return members.length === 0 ? null : (
                <section key={family} className="pt-3" aria-label={familyTitles[family]}>
                  <h2 className="quiet-heading">{familyTitles[family]}</h2>
                  <ul>
                    {members.map((definition) => (
                      <PaletteItem key={definition.type} definition={definition} />
                    ))}
                  </ul>
                </section>
              );
            })
          : null}
        <FileList />
      </div>
    </aside>
  );
}
