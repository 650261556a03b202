import { paramFields } from '@graft/graph';
import { isDigest, partName, plain } from '../inspector/reason.ts';
import { nodeTypes } from '../state/registry.ts';
import { letterOf, type ComparedNode, type ComparedSetting } from './comparison.ts';
import { NodeTitle } from './node-title.tsx';

const absences = {
  'not set': 'not set',
  'not known': 'not known',
  'not kept': 'another text, not kept',
  'no such node': 'no such node',
} as const;

/** What a setting is called: as in the form of its node, or what else the result depends on. */
function nameOf({ kind, name }: ComparedSetting, type: string): string {
  const definition = nodeTypes().get(type);
  if (kind === 'part') return partName(name, definition);
  const fields = definition === undefined ? [] : paramFields(definition);
  return fields.find((field) => field.name === name)?.title ?? name;
}

/** A folded list of files always changes together with its number, which says more. */
function isSaid({ kind, name }: ComparedSetting, all: readonly ComparedSetting[]): boolean {
  if (kind !== 'part' || !name.startsWith('files.') || name.endsWith('.count')) return true;
  return !all.some((other) => other.name === `${name}.count`);
}

function Value(props: { readonly setting: ComparedSetting; readonly side: number }) {
  const { setting, side } = props;
  const value = setting.values[side];
  if (value === undefined) return null;
  if ('absent' in value) {
    const isFile = setting.kind === 'part' && setting.name.startsWith('file.');
    const word = isFile && value.absent === 'not set' ? 'not read' : absences[value.absent];
    return <span className="compare-none">{word}</span>;
  }
  if (isDigest(value.text)) {
    return <code title={value.text}>{value.text.replace(/^sha256:/, '').slice(0, 8)} …</code>;
  }
  return (
    <code className="compare-value">
      {plain(value.text) || <span className="compare-none">empty</span>}
      {value.cut === true ? ' …' : ''}
    </code>
  );
}

/** What was set to what on each side, by node. */
export function SettingsTable(props: {
  readonly nodes: readonly ComparedNode[];
  readonly sides: number;
  /** Whether equal ones are shown too. */
  readonly all: boolean;
}) {
  const { nodes, sides, all } = props;
  const shown = nodes
    .map((node) => ({
      node,
      settings: node.settings.filter(
        (setting) => (all || setting.differs) && isSaid(setting, node.settings),
      ),
    }))
    .filter(({ settings }) => settings.length > 0);
  if (shown.length === 0) {
    return (
      <p className="text-ink-2">
        {all ? 'No node has a parameter.' : 'Nothing: all are set to the same.'}
      </p>
    );
  }
  return (
    <div className="compare-scroll" tabIndex={0} role="group" aria-label="What was set">
      <table className="compare-table" data-testid="compared-settings">
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Parameter</th>
            {Array.from({ length: sides }, (_, at) => (
              <th key={at} scope="col">
                <span className="side-letter">{letterOf(at)}</span>
              </th>
            ))}
          </tr>
        </thead>
        {shown.map(({ node, settings }) => (
          <tbody key={node.path}>
            {settings.map((setting, at) => {
              return (
                <tr key={`${setting.kind} ${setting.name}`} data-differs={setting.differs}>
                  {at > 0 ? null : (
                    <th scope="rowgroup" rowSpan={settings.length} className="compare-node">
                      <NodeTitle node={node} />
                    </th>
                  )}
                  <th scope="row" title={setting.name}>
                    {nameOf(setting, node.type)}
                  </th>
                  {setting.values.map((_, side) => (
                    <td key={side}>
                      <Value {...{ setting, side }} />
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        ))}
      </table>
    </div>
  );
}
