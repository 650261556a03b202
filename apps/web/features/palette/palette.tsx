import type { NodeType } from '@graft/graph';
import { action, inOrder } from '@graft/view';
import { FileList } from '../../kit/slots.ts';
import { families, familyColour, familyTitles, nodeDragType } from '../../kit/node-types.ts';
import { useOneTabStop } from '../../kit/one-tab-stop.ts';
import { keyName } from '../../kit/chord.ts';
import { useDocument, useScreen } from '../../kit/stores.ts';

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
        onClick={() => action('addToCanvas')(definition.type)}
      >
        <i className="group-square" style={{ '--c': familyColour(definition.group) }} />
        {definition.title}
      </button>
    </li>
  );
}

/** Node types by group, and below them, always in sight, the files of the workspace. */
export function Palette() {
  const open = useDocument((state) => state.file !== null);
  const list = useOneTabStop();
  const begun = useScreen((state) => state.begun);
  return (
    <div className="flex h-full min-h-0 flex-col bg-panel">
      <div className="px-3 pt-3 pb-1">
        <button
          type="button"
          className="field flex items-center justify-between text-ink-2"
          onClick={() => useScreen.getState().show({ commandMenu: true })}
        >
          {open ? 'Add a node' : 'Commands'} <kbd className="kbd font-sans">{keyName('K')}</kbd>
        </button>
      </div>
      {open ? (
        <div className="min-h-0 flex-1 overflow-y-auto pb-3" {...list}>
          {families.map((family) => {
            const members = inOrder().filter(({ group }) => group === family);
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
          })}
        </div>
      ) : begun ? null : (
        <div className="flex-1" />
      )}
      <FileList />
    </div>
  );
}
