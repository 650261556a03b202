import { allCommands, commandOf, hasRun, runCommand, isIdle } from '@graft/view';
import { useRunView } from '../../kit/stores.ts';

/** More than one node: what can be done to all of them. */
export function SeveralSelected({ count }: { readonly count: number }) {
  const idle = useRunView(isIdle);
  const hasRunOnce = useRunView(hasRun);
  return (
    <div className="px-4 py-3">
      <h2 className="text-lg font-[620] tracking-[-0.01em]">{count} nodes selected</h2>
      <div className="mt-3 flex flex-wrap gap-2">
        {hasRunOnce ? (
          <button
            type="button"
            className="button small"
            onClick={() => runCommand(commandOf('compare-nodes'))}
          >
            Compare
          </button>
        ) : null}
        <button
          type="button"
          className="button small"
          disabled={!idle}
          title="Run these nodes and the nodes they need (Shift ↵)"
          onClick={() => runCommand(commandOf('run-to-here'))}
        >
          Run up to here
        </button>
        <button
          type="button"
          className="button small"
          onClick={() => runCommand(commandOf('make-subgraph'))}
        >
          Make a subgraph …
        </button>
        <button
          type="button"
          className="button small"
          onClick={() => runCommand(commandOf('repeat-selection'))}
        >
          Repeat this …
        </button>
        <button
          type="button"
          className="button small"
          onClick={() => runCommand(commandOf('duplicate'))}
        >
          Duplicate
        </button>
        <button
          type="button"
          className="button small"
          onClick={() => runCommand(commandOf('delete'))}
        >
          Delete
        </button>
      </div>
      <h3 className="mt-4 text-sm font-[580] text-ink-2">Arrange</h3>
      <div className="mt-1.5 flex flex-wrap gap-2">
        {allCommands()
          .filter(({ submenu }) => submenu === 'Arrange')
          .map((command) => (
            <button
              key={command.id}
              type="button"
              className="button small"
              disabled={command.enabled?.() === false}
              onClick={() => command.run()}
            >
              {command.title}
            </button>
          ))}
      </div>
    </div>
  );
}
