import { bytes, duration, plural } from '@graft/nodes/kit/ui';
import { absentWords, NodeTitle, SideHeads } from './side-labels.tsx';
import { showInComparison } from './compare-place.ts';
import {
  type ComparedNode,
  type ComparedOutput,
  letterOf,
  type NodeSide,
  outputName,
} from '@graft/view';

const words: Readonly<Partial<Record<string, string>>> = {
  cached: 'reused',
  succeeded: '',
  skipped: 'skipped: an input failed',
};
const tones: Readonly<Partial<Record<string, string>>> = { failed: 'bad', running: 'working' };

/** Whether a node's status, outputs or settings differ from the first side; times always do. */
function nodeDiffers({ sides, outputs, settings }: ComparedNode): boolean {
  const statuses = sides.map((side) =>
    'absent' in side ? side.absent : side.status === 'cached' ? 'succeeded' : side.status,
  );
  return (
    statuses.some((status) => status !== statuses[0] || status === 'failed') ||
    outputs.some(({ differs, gone }) => differs || gone.includes(true)) ||
    settings.some(({ differs }) => differs)
  );
}

function Side({ side, most }: { readonly side: NodeSide; readonly most: number }) {
  if ('absent' in side) return <span className="compare-none">{absentWords[side.absent]}</span>;
  const { status, ms, device, memory, failedItems, error } = side;
  const word = words[status] ?? status;
  const title = [
    device === undefined ? '' : `on ${device}`,
    memory === undefined ? '' : `${bytes(memory)} of memory`,
  ].filter((part) => part !== '');
  return (
    <span className="compare-went" title={title.join(', ')}>
      {word === '' ? null : (
        <span className="chip" data-tone={tones[status]}>
          {word}
        </span>
      )}
      {status === 'cached' || ms === 0 ? null : (
        <>
          <span className="tabular-nums">{duration(ms)}</span>
          <i
            className="compare-time"
            style={{ width: `${String((60 * ms) / Math.max(1, most))}px` }}
          />
        </>
      )}
      {failedItems === undefined ? null : (
        <span className="text-error">{plural(failedItems, 'row')} failed</span>
      )}
      {error === undefined ? null : <span className="compare-error">{error}</span>}
    </span>
  );
}

function Output({
  node,
  output,
}: {
  readonly node: ComparedNode;
  readonly output: ComparedOutput;
}) {
  const { port, rows, differs, gone } = output;
  const lost = gone.flatMap((isGone, side) => (isGone ? letterOf(side) : []));
  const word = differs ? 'different' : 'same';
  return (
    <li>
      {rows === undefined ? (
        <span className="text-ink-2">{port}</span>
      ) : (
        <button
          type="button"
          className="gk-link"
          onClick={() => showInComparison({ output: outputName(node, output), turned: undefined })}
        >
          {port}
        </button>
      )}{' '}
      <span className={differs ? 'text-working' : 'text-ink-2'}>{word}</span>
      {lost.length === 0 ? null : <span className="text-error"> · removed: {lost.join(', ')}</span>}
    </li>
  );
}

/** The status, time and result of each node on each side. */
export function NodesTable(props: {
  readonly nodes: readonly ComparedNode[];
  readonly sides: number;
  readonly all: boolean;
}) {
  const { nodes, sides, all } = props;
  const shown = all ? nodes : nodes.filter(nodeDiffers);
  if (shown.length === 0)
    return <p className="text-ink-2">No difference: all results are the same.</p>;
  let most = 0;
  for (const side of nodes.flatMap((node) => node.sides)) {
    if (!('absent' in side) && side.status !== 'cached') most = Math.max(most, side.ms);
  }
  return (
    <div className="compare-scroll" tabIndex={0} role="group" aria-label="Steps">
      <table className="compare-table" data-testid="compared-nodes">
        <thead>
          <tr>
            <th scope="col">Node</th>
            <SideHeads sides={sides} />
            <th scope="col">Results</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((node) => (
            <tr key={node.path}>
              <th scope="row" className="compare-node">
                <NodeTitle node={node} />
              </th>
              {node.sides.map((side, at) => (
                <td key={at}>
                  <Side side={side} most={most} />
                </td>
              ))}
              <td>
                <ul>
                  {node.outputs.map((output) => (
                    <Output key={output.port} {...{ node, output }} />
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
