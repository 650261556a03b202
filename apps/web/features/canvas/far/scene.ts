import type { InternalNode, Node as FlowNode } from '@xyflow/react';
import { useEffect, useRef, useState } from 'react';
import { prefixOf, shapeOf, shownStep, untitled, type StepView } from '@graft/view';
import { useDocument, useRunView, useUsedGraphs } from '../../../kit/stores.ts';
import { familyColour } from '../../../kit/node-types.ts';
import { resultText } from '../../../api/runs/node-status.ts';
import type { PictureCard, PictureEdge } from './draw-picture.ts';
import type { GraphFlowEdge } from '../flow-nodes.ts';
import { portPlace } from '../edges/edges.ts';

interface SceneCard extends PictureCard {
  readonly id: string;
}
interface SceneEdge extends PictureEdge {
  readonly source: string;
  readonly target: string;
}
/** All cards and edges of the picture; those that look as before are the same objects. */
export interface Scene {
  readonly cards: readonly SceneCard[];
  readonly edges: readonly SceneEdge[];
}

interface Drawn {
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly GraphFlowEdge[];
  readonly flow: { getState(): { readonly nodeLookup: ReadonlyMap<string, InternalNode> } };
}

const isSamePlace = (a: SceneCard, b: SceneCard | undefined): boolean =>
  b !== undefined &&
  a.id === b.id &&
  a.x === b.x &&
  a.y === b.y &&
  a.width === b.width &&
  a.height === b.height;

const isSameCard = (a: SceneCard, b: SceneCard): boolean =>
  isSamePlace(a, b) &&
  a.title === b.title &&
  a.colour === b.colour &&
  a.result === b.result &&
  a.statusColour === b.statusColour;

/** The cards that look different inside their borders; undefined where something else of the scene is different. */
export function renewedCards(scene: Scene, before: Scene): readonly PictureCard[] | undefined {
  if (scene.edges !== before.edges || scene.cards.length !== before.cards.length) return undefined;
  const renewed: PictureCard[] = [];
  for (const [at, card] of scene.cards.entries()) {
    const known = before.cards[at];
    if (card === known) continue;
    if (!isSamePlace(card, known)) return undefined;
    renewed.push(card);
  }
  return renewed;
}

const isSameEdge = (a: SceneEdge, b: SceneEdge | undefined): boolean =>
  b !== undefined &&
  a.id === b.id &&
  a.from.x === b.from.x &&
  a.from.y === b.from.y &&
  a.to.x === b.to.x &&
  a.to.y === b.to.y &&
  a.via === b.via &&
  a.colour === b.colour;

/** Whether a node has the same place, size and ports; the selection does not count. */
const standsAs = (a: FlowNode, b: FlowNode | undefined): boolean =>
  b !== undefined &&
  a.id === b.id &&
  a.position.x === b.position.x &&
  a.position.y === b.position.y &&
  a.measured?.width === b.measured?.width &&
  a.measured?.height === b.measured?.height &&
  a.handles === b.handles;

const statusColours: Readonly<Partial<Record<StepView['status'], string>>> = {
  succeeded: 'var(--accent)',
  cached: 'var(--accent)',
  running: 'var(--working)',
  failed: 'var(--error)',
};

/** The cards and edges to draw: the same object until one of them looks different. The selection does not count. */
export function useScene({ nodes, edges, flow }: Drawn): Scene {
  const graphNodes = useDocument((state) => state.shown.nodes);
  const used = useUsedGraphs((state) => state.lookup);
  const bends = useDocument((state) => state.shown.bends);
  const within = useDocument(({ trail }) => prefixOf(trail));
  const runs = useRunView((state) => state);
  const [scene, setScene] = useState<Scene>({ cards: [], edges: [] });
  const shown = useRef(scene);
  const last = useRef<{ readonly by: readonly unknown[]; readonly nodes: readonly FlowNode[] }>(
    undefined,
  );
  // After React Flow has the nodes.
  useEffect(() => {
    const by = [edges, graphNodes, bends, used, flow, within, runs];
    const isAsBefore =
      last.current?.nodes.length === nodes.length &&
      by.every((value, at) => value === last.current?.by[at]) &&
      nodes.every((node, at) => standsAs(node, last.current?.nodes[at]));
    last.current = { by, nodes };
    if (isAsBefore) return;
    const { nodeLookup } = flow.getState();
    const before = shown.current;
    const known = new Map(before.cards.map((card) => [card.id, card]));
    const cards = nodes.flatMap(({ id, position: { x, y }, measured }): SceneCard[] => {
      const node = graphNodes[id];
      const { width, height } = measured ?? {};
      if (node === undefined || width === undefined || height === undefined) return [];
      const path = within + id;
      const step = shownStep(runs, path);
      const card: SceneCard = {
        ...{ id, x, y, width, height, title: node.title ?? untitled(id, node) },
        colour: familyColour(shapeOf(node)?.group),
        result: step === undefined ? undefined : resultText(step),
        statusColour: step === undefined ? undefined : statusColours[step.status],
      };
      const drawn = known.get(id);
      return [drawn !== undefined && isSameCard(card, drawn) ? drawn : card];
    });
    const lines = edges.flatMap(({ id, source, target, ...edge }): SceneEdge[] => {
      const from = portPlace(nodeLookup.get(source), 'source', edge.sourceHandle);
      const to = portPlace(nodeLookup.get(target), 'target', edge.targetHandle);
      if (from === undefined || to === undefined) return [];
      const colour = String(edge.style?.stroke ?? 'var(--ink-3)');
      return [{ id, source, target, from, to, via: bends?.[id], colour }];
    });
    const isSameLines =
      lines.length === before.edges.length &&
      lines.every((line, index) => isSameEdge(line, before.edges[index]));
    const isSame =
      isSameLines &&
      cards.length === before.cards.length &&
      cards.every((card, index) => card === before.cards[index]);
    if (isSame) return;
    shown.current = { cards, edges: isSameLines ? before.edges : lines };
    setScene(shown.current);
  }, [nodes, edges, graphNodes, bends, used, flow, within, runs]);
  return scene;
}
