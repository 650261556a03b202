import { plural, type Edge } from '@graft/graph';
import { Fragment, useMemo } from 'react';
import { useDocument, useOverlay, useShape } from '../../kit/stores.ts';
import { titleAmong } from '@graft/view';

interface CellLinksProps {
  readonly id: string;
  readonly go: (id: string) => void;
}

/** The ports of one side that have edges, each with the nodes at their other ends. */
function byPort(
  edges: readonly Edge[],
  side: 'in' | 'out',
): ReadonlyMap<string, readonly string[]> {
  const nodes = new Map<string, readonly string[]>();
  for (const { source, sourcePort, target, targetPort } of edges) {
    const [port, other] = side === 'in' ? [targetPort, source] : [sourcePort, target];
    const known = nodes.get(port) ?? [];
    if (!known.includes(other)) nodes.set(port, [...known, other]);
  }
  return nodes;
}

/** Nodes that are named at one port; of more, how many. */
const named = 4;

function Nodes({ nodes, go }: { readonly nodes: readonly string[] } & Pick<CellLinksProps, 'go'>) {
  const all = useDocument((state) => state.shown.nodes);
  const left = nodes.length - named;
  return (
    <>
      {nodes.slice(0, named).map((node, at) => (
        <Fragment key={node}>
          {at === 0 ? '' : ', '}
          <button
            type="button"
            className="cell-link"
            title="Go to its cell"
            onClick={() => go(node)}
          >
            {titleAmong(node, all)}
          </button>
        </Fragment>
      ))}
      {left > 0 ? ` and ${plural(left, 'more node')}` : ''}
    </>
  );
}

/** What the node of a cell is connected to, port by port, and what it still needs. */
export function CellLinks({ id, go }: CellLinksProps) {
  const edges = useDocument((state) => state.shown.edges);
  const shape = useShape(useDocument((state) => state.shown.nodes[id]));
  const { from, to } = useMemo(
    () => ({
      from: byPort(
        edges.filter(({ target }) => target === id),
        'in',
      ),
      to: byPort(
        edges.filter(({ source }) => source === id),
        'out',
      ),
    }),
    [edges, id],
  );
  const open = Object.entries(shape?.inputs ?? {})
    .filter(([port, { optional }]) => optional !== true && !from.has(port))
    .map(([port]) => port);
  const connect = (port?: string): void =>
    useOverlay.getState().show({
      connecting: {
        node: id,
        ...(port === undefined ? {} : { port: { node: id, port, side: 'target' } }),
      },
    });
  return (
    <p className="cell-links">
      {[...from].map(([port, nodes]) => (
        <span key={port}>
          {port} from <Nodes nodes={nodes} go={go} />
        </span>
      ))}
      {open.map((port) => (
        <span key={port}>
          <button type="button" className="cell-link" onClick={() => connect(port)}>
            Connect {port} …
          </button>
        </span>
      ))}
      {[...to].map(([port, nodes]) => (
        <span key={port}>
          {port} to <Nodes nodes={nodes} go={go} />
        </span>
      ))}
      <button
        type="button"
        className="button small cell-quiet"
        title="Connect this node to another or a new one, or disconnect it (C)"
        onClick={() => connect()}
      >
        Connect to …
      </button>
    </p>
  );
}
