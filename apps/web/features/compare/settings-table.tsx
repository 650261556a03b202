import { paramFields } from '@graft/graph';
import {
  isDigest,
  nodeTypes,
  partName,
  plain,
  type ComparedNode,
  type ComparedSetting,
} from '@graft/view';
import { MarkedWords, wordChanges, type WordChanges } from './word-changes.tsx';
import { NodeTitle, SideHeads } from './side-labels.tsx';

const absences = {
  'not set': 'not set',
  'not known': 'not known',
  'not kept': 'different text, not recorded',
  'no such node': 'no such node',
} as const;

/** From this many characters, two values are compared word by word. */
const textLength = 24;

/** The title of a setting: that of its form, or of the other part of the key. */
function nameOf({ kind, name }: ComparedSetting, type: string): string {
  const definition = nodeTypes().get(type);
  if (kind === 'part') return partName(name, definition);
  const fields = definition === undefined ? [] : paramFields(definition);
  return fields.find((field) => field.name === name)?.title ?? name;
}

/**
 * Whether a setting is worth a line: the digest of a folded list of files changes with its count, and the files change
 * with the parameter that names them.
 */
function isSaid({ kind, name, values }: ComparedSetting, all: readonly ComparedSetting[]): boolean {
  if (kind !== 'part') return true;
  if (name.startsWith('files.') && !name.endsWith('.count')) {
    return !all.some((other) => other.name === `${name}.count`);
  }
  const isOther = name.startsWith('file.') && values.some((value) => 'absent' in value);
  return !isOther || !all.some((other) => other.kind === 'param' && other.differs);
}

function changesOf({ values, differs }: ComparedSetting): (WordChanges | undefined)[] {
  const [first] = values;
  return values.map((value, at) => {
    if (!differs || at === 0 || first === undefined) return undefined;
    if ('absent' in first || 'absent' in value || value.text === first.text) return undefined;
    if (isDigest(first.text) || Math.max(first.text.length, value.text.length) < textLength)
      return undefined;
    return wordChanges(first.text, value.text);
  });
}

function Value(props: {
  readonly setting: ComparedSetting;
  readonly side: number;
  readonly changes: readonly (WordChanges | undefined)[];
}) {
  const { setting, side, changes } = props;
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
  // With two sides, the first shows what was removed; with more, each other side shows what it has instead.
  const own =
    side === 0 ? (changes.length === 2 ? changes[1]?.before : undefined) : changes[side]?.after;
  return (
    <code className="compare-value">
      {own === undefined ? (
        plain(value.text) || <span className="compare-none">empty</span>
      ) : (
        <MarkedWords parts={own} />
      )}
      {value.cut === true ? ' …' : ''}
    </code>
  );
}

/** The settings of each side, by node. */
export function SettingsTable(props: {
  readonly nodes: readonly ComparedNode[];
  readonly sides: number;
  /** Whether equal settings are shown, too. */
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
        {all ? 'No node has a parameter.' : 'No difference: all parameters are the same.'}
      </p>
    );
  }
  return (
    <div className="compare-scroll" tabIndex={0} role="group" aria-label="Parameters">
      <table className="compare-table" data-testid="compared-settings">
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Parameter</th>
            <SideHeads sides={sides} />
          </tr>
        </thead>
        {shown.map(({ node, settings }) => (
          <tbody key={node.path}>
            {settings.map((setting, at) => {
              const changes = changesOf(setting);
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
                      <Value {...{ setting, side, changes }} />
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
