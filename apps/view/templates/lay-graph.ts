import {
  connect,
  emptyGraph,
  parseEdge,
  type Experiments,
  type Graph,
  type GraphNode,
  type Group,
  type Note,
} from '@graft/graph';
import { newParams, nodeTypes } from '../document/lookups.ts';
import { writtenHeight } from '../layout/card-size.ts';

/** A node of a template: what differs from a new node of its type, and where it stands. */
export interface LaidNode {
  readonly type: string;
  readonly at: readonly [x: number, y: number];
  readonly title?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Nodes and what connects them. */
export interface TemplateBody {
  readonly nodes: Readonly<Record<string, LaidNode>>;
  /** As in graph files: `files.documents -> chunk.documents`. */
  readonly edges: readonly string[];
}

/** A graph that is laid as a whole. */
export interface Template extends TemplateBody {
  /** Subgraphs, by id. */
  readonly graphs?: Readonly<Record<string, TemplateBody>>;
  readonly notes: Readonly<Record<string, Note>>;
  readonly groups: Readonly<Record<string, Group>>;
  readonly experiments?: Experiments;
}

/** The top of a template’s first group; its title note ends above it. */
export const groupsTop = 40;
const aboveGroups = 16;
/** In a graph that is drawn small, letters keep their smallest size, and a note needs more lines. */
const moreLines = 1.4;

/** The note that a template begins with, high enough above the groups for all of its text. */
export function titleNote(text: string, width = 640): Note {
  const note = { text, x: 2, y: 0, width };
  return { ...note, y: groupsTop - aboveGroups - Math.round(moreLines * writtenHeight(note)) };
}

/** The graph of a template; its nodes begin as new ones do, with the person's models. */
export function layGraph({ notes, groups, experiments, graphs, ...body }: Template): Graph {
  return {
    ...layBody(body),
    ...{ notes, groups },
    ...(experiments === undefined ? {} : { experiments }),
    ...(graphs === undefined
      ? {}
      : {
          graphs: Object.fromEntries(
            Object.entries(graphs).map(([id, inner]) => {
              const { nodes, edges, layout } = layBody(inner);
              return [id, { nodes, edges, layout }];
            }),
          ),
        }),
  };
}

function layBody({ nodes, edges }: TemplateBody): Graph {
  const unconnected: Graph = {
    ...emptyGraph,
    nodes: Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id, laid(node)])),
    layout: Object.fromEntries(
      Object.entries(nodes).map(
        ([
          id,
          {
            at: [x, y],
          },
        ]) => [id, { x, y }],
      ),
    ),
  };
  return edges.map(parseEdge).reduce(connect, unconnected);
}

function laid({ type, title, params }: LaidNode): GraphNode {
  const definition = nodeTypes().get(type);
  if (definition === undefined) throw new Error(`There is no node type ${type}.`);
  return {
    ...{ type, version: definition.version },
    ...(title === undefined ? {} : { title }),
    params: { ...newParams(definition), ...params },
  };
}
