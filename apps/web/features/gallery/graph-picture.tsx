import { parseGraph, type Graph, type NodeLayout } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { boundsAround, nodeHeight, nodeWidth, shapeOf, writtenHeight } from '@graft/view';
import { queries } from '../../api/client.ts';
import { familyColour } from '../../kit/node-types.ts';

/** A node as it is drawn, in the pixels of its graph. */
interface Drawn extends NodeLayout {
  readonly id: string;
  readonly height: number;
  readonly colour: string;
}

/** Pixels of the graph around all that is drawn. */
const margin = 30;
/** Height of the coloured edge of a card. */
const edgeHeight = 16;
/** How far a connection runs on before it turns. */
const reach = 50;

function drawnNodes(graph: Graph): readonly Drawn[] {
  return Object.entries(graph.nodes).flatMap(([id, node]) => {
    const place = graph.layout[id];
    if (place === undefined) return [];
    const colour = familyColour(shapeOf(node)?.group);
    return [{ id, x: place.x, y: place.y, height: nodeHeight(graph, id), colour }];
  });
}

/** The graph of an example in small, as it is laid out. Its words stand beside it, so that it is not read out. */
export function GraphPicture({ path }: { readonly path: string }) {
  const { data: text } = useQuery(
    queries.graphs.exampleText.queryOptions({ path }, { staleTime: Infinity }),
  );
  const graph = useMemo(
    () => (text === undefined ? undefined : parseGraph(text, path)),
    [text, path],
  );
  return (
    <div className="graph-picture" data-testid="graph-picture" aria-hidden>
      {graph === undefined ? null : <Picture graph={graph} />}
    </div>
  );
}

function Picture({ graph }: { readonly graph: Graph }) {
  const nodes = drawnNodes(graph);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const groups = Object.entries(graph.groups ?? {});
  const notes = Object.entries(graph.notes ?? {}).map(([id, note]) => ({
    ...{ id, x: note.x, y: note.y, width: note.width, height: writtenHeight(note) },
  }));
  const { left, top, right, bottom } = boundsAround([
    ...nodes.map((node) => ({ ...node, width: nodeWidth })),
    ...groups.map(([, group]) => group),
    ...notes,
  ]);
  const box = [left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin];
  return (
    <svg viewBox={box.join(' ')} preserveAspectRatio="xMidYMid meet">
      {groups.map(([id, { x, y, width, height }]) => (
        <rect key={id} className="picture-group" {...{ x, y, width, height }} rx={20} />
      ))}
      {graph.edges.map(({ source, sourcePort, target, targetPort }) => {
        const [from, to] = [byId.get(source), byId.get(target)];
        if (from === undefined || to === undefined) return null;
        const [x, y] = [from.x + nodeWidth, from.y + from.height / 2];
        const [toX, toY] = [to.x, to.y + to.height / 2];
        return (
          <path
            key={`${source}.${sourcePort} ${target}.${targetPort}`}
            className="picture-edge"
            d={`M${x} ${y} C${x + reach} ${y} ${toX - reach} ${toY} ${toX} ${toY}`}
          />
        );
      })}
      {notes.map(({ id, x, y, width, height }) => (
        <rect key={id} className="picture-note" {...{ x, y, width, height }} rx={14} />
      ))}
      {nodes.map(({ id, x, y, height, colour }) => (
        <g key={id} transform={`translate(${x} ${y})`}>
          <rect className="picture-card" width={nodeWidth} height={height} rx={18} />
          <rect width={nodeWidth} height={edgeHeight} rx={8} fill={colour} />
        </g>
      ))}
    </svg>
  );
}
