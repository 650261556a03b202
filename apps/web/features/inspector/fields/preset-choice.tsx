import { sameJson, setParam, type GraphNode, type NodeType } from '@graft/graph';
import { useDocument } from '../../../kit/stores.ts';

/** Sets several parameters at once: above the form of a node whose type has presets. */
export function PresetChoice({
  node,
  presets,
  params,
  defaults,
}: {
  readonly node: string;
  readonly presets: NonNullable<NodeType['presets']>;
  readonly params: GraphNode['params'];
  readonly defaults: ReadonlyMap<string, unknown>;
}) {
  const set = presets.find((preset) =>
    Object.entries(preset.params).every(([name, value]) =>
      sameJson(params[name] ?? defaults.get(name), value),
    ),
  );
  const id = `preset-${node}-help`;
  return (
    <div className="mb-3.5">
      <div role="group" className="view-switch small" aria-label="Preset" aria-describedby={id}>
        {presets.map((preset) => (
          <button
            key={preset.title}
            type="button"
            aria-pressed={preset === set}
            title={preset.doc}
            onClick={() =>
              useDocument
                .getState()
                .edit((graph) =>
                  Object.entries(preset.params).reduce(
                    (edited, [param, value]) => setParam(edited, { node, param }, value),
                    graph,
                  ),
                )
            }
          >
            {preset.title}
          </button>
        ))}
      </div>
      <p id={id} className="mt-1 text-sm text-ink-2">
        {set?.doc ?? 'Your own parameters.'}
      </p>
    </div>
  );
}
