import {
  changedKey,
  paramFields,
  sameJson,
  settingText,
  type ChangedNode,
  type GraphNode,
  type NodeSide,
} from '@graft/graph';
import { nodeTypes, titleByLook } from '@graft/view';

/** The most characters of a value to show. */
const longestValue = 160;

const sides = [
  { side: undefined, label: 'Both (yours where they differ)' },
  { side: 'mine', label: 'Yours' },
  { side: 'theirs', label: 'The file’s' },
] as const;

interface Difference {
  readonly name: string;
  readonly values: readonly (string | undefined)[];
}

/** What each side changed in a node: before, yours, the file's. */
function differencesOf({ was, mine, theirs }: ChangedNode): readonly Difference[] {
  const all = [was, mine, theirs];
  const shown = (value: unknown): string | undefined => {
    if (value === undefined) return undefined;
    const text = settingText(value);
    return text.length <= longestValue ? text : `${text.slice(0, longestValue)} …`;
  };
  const row = (name: string, of: (node: GraphNode) => unknown): Difference[] => {
    const values = all.map((node) => (node === undefined ? undefined : of(node)));
    const there = values.filter((_, side) => all[side] !== undefined);
    return there.every((value) => sameJson(value, there[0]))
      ? []
      : [{ name, values: values.map(shown) }];
  };
  const type = all.find((node) => node !== undefined)?.type ?? '';
  const definition = nodeTypes().get(type);
  const fields = definition === undefined ? [] : paramFields(definition);
  const params = new Set(all.flatMap((node) => Object.keys(node?.params ?? {})));
  return [
    ...row('Type', (node) => node.type),
    ...row('Title', (node) => node.title),
    ...row('Switched off', ({ bypass }) => (bypass === true ? 'yes' : 'no')),
    ...[...params].flatMap((param) => {
      const field = fields.find(({ name }) => name === param);
      return row(field?.title ?? param, (node) => node.params[param] ?? field?.default);
    }),
  ];
}

function NodeChoice({
  changed,
  side,
  choose,
}: {
  readonly changed: ChangedNode;
  readonly side: NodeSide | undefined;
  readonly choose: (side: NodeSide | undefined) => void;
}) {
  const { node, graph, was, mine, theirs } = changed;
  const known = mine ?? theirs ?? was;
  const look = known === undefined ? undefined : nodeTypes().get(known.type);
  const title = known?.title ?? (known === undefined ? node : titleByLook(node, known, look));
  const isWhole = mine !== undefined && theirs !== undefined;
  const name = changedKey(changed);
  return (
    <fieldset
      className="rounded-[8px] border border-line px-3 pt-1 pb-2.5"
      data-testid="changed-node"
    >
      <legend className="px-1">
        <span className="font-[550]">{title}</span>{' '}
        <span className="font-mono text-[11px] text-ink-2">
          {graph === undefined ? node : `${graph} / ${node}`}
        </span>
      </legend>
      <table className="w-full table-fixed text-sm">
        <thead className="text-left text-ink-2">
          <tr>
            <td />
            <th scope="col" className="font-normal">
              Before
            </th>
            <th scope="col" className="font-normal">
              Yours
            </th>
            <th scope="col" className="font-normal">
              The file’s
            </th>
          </tr>
        </thead>
        <tbody>
          {differencesOf(changed).map(({ name: label, values }) => (
            <tr key={label} className="align-baseline">
              <th scope="row" className="pr-2 text-left font-normal break-words">
                {label}
              </th>
              {values.map((value, at) => (
                <td key={at} className="pr-2 font-mono text-[11px] break-words whitespace-pre-wrap">
                  {value ?? <span className="text-ink-2">none</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {isWhole ? null : (
        <p className="mt-1 text-sm">
          {mine === undefined ? 'You removed it.' : 'It was removed in the file.'}
        </p>
      )}
      <div className="mt-2 flex flex-wrap gap-x-4 gap-y-1">
        {sides
          .filter((line) => isWhole || line.side !== undefined)
          .map((line) => (
            <label key={line.label} className="flex items-center gap-1.5">
              <input
                type="radio"
                name={`side of ${name}`}
                checked={(isWhole ? side : (side ?? 'mine')) === line.side}
                onChange={() => choose(line.side)}
              />
              {line.label}
            </label>
          ))}
      </div>
    </fieldset>
  );
}

/** The nodes that both sides changed, each side's changes, and the choice between them. */
export function ChangedNodes({
  nodes,
  choices,
  choose,
}: {
  readonly nodes: readonly ChangedNode[];
  readonly choices: ReadonlyMap<string, NodeSide>;
  readonly choose: (key: string, side: NodeSide | undefined) => void;
}) {
  return (
    <section className="mt-4" aria-label="Changed by both">
      <h3 className="font-[550]">Changed by both</h3>
      <div
        className="mt-1 flex max-h-72 flex-col gap-2 overflow-auto"
        tabIndex={0}
        role="group"
        aria-label="Nodes changed by both"
      >
        {nodes.map((changed) => {
          const key = changedKey(changed);
          return (
            <NodeChoice
              key={key}
              changed={changed}
              side={choices.get(key)}
              choose={(side) => choose(key, side)}
            />
          );
        })}
      </div>
    </section>
  );
}
