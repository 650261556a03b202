import { paramFields, setParam, type Graph } from '@graft/graph';
import { overlayStore, type ModelQuestion } from '../screen/overlay-store.ts';
import { documentStore } from './document-store.ts';
import { nodeTypes } from './lookups.ts';

const localType = 'base-model';
const remoteType = 'remote-model';

/** A model of a server. */
export interface ServedModel {
  readonly url: string;
  readonly model: string;
  readonly secret?: string | undefined;
}

/** Whether a node gives a language model of either kind, so that the other kind can take its place. */
export const isModelNode = (type: string | undefined): boolean =>
  type === localType || type === remoteType;

/** Makes a model node ask a server. Keeps its connections and its other server settings. */
export function asRemoteModel(
  graph: Graph,
  node: string,
  { url, model, secret }: ServedModel,
): Graph {
  const kept = graph.nodes[node]?.type === remoteType ? graph.nodes[node].params : {};
  // A key belongs to its server.
  const { key: ownKey, ...others } = kept;
  const isSameServer = ownKey !== undefined && kept['url'] === url;
  const key =
    secret !== undefined ? { key: { $secret: secret } } : isSameServer ? { key: ownKey } : {};
  return asType(graph, node, { type: remoteType, params: { ...others, url, model, ...key } });
}

/** Makes a model node use a model on this computer. Keeps its connections. */
export function asBaseModel(graph: Graph, node: string, model: string): Graph {
  if (graph.nodes[node]?.type === localType)
    return setParam(graph, { node, param: 'model' }, model);
  return asType(graph, node, { type: localType, params: { model } });
}

function asType(
  graph: Graph,
  node: string,
  to: { readonly type: string; readonly params: Readonly<Record<string, unknown>> },
): Graph {
  const before = graph.nodes[node];
  const version = nodeTypes().get(to.type)?.version;
  if (before === undefined || version === undefined) return graph;
  return { ...graph, nodes: { ...graph.nodes, [node]: { ...before, ...to, version } } };
}

/** The question which language model a shown node gives; undefined for a node that gives none. */
function modelQuestionOf(id: string): ModelQuestion | undefined {
  const node = documentStore.getState().shown.nodes[id];
  const definition = nodeTypes().get(node?.type ?? '');
  if (node === undefined || definition === undefined || !isModelNode(node.type)) return undefined;
  const choose = (model: string): void =>
    documentStore.getState().edit((graph) => asBaseModel(graph, id, model));
  const given = (name: string): string => {
    const field = paramFields(definition).find((each) => each.name === name);
    const value = node.params[name] ?? field?.default;
    return typeof value === 'string' ? value : '';
  };
  const common = { kind: 'language-model', node: id, choose } as const;
  return node.type === localType
    ? { ...common, current: given('model') }
    : { ...common, current: '', first: serverRow(given('url')), served: given('model') };
}

/** `127.0.0.1:11434`; a text that is not an address yet, as it is. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

/** The id of a server in the list of models. */
export const serverRow = (url: string): string => `server ${url}`;

/** Opens the model picker for a shown node. */
export function askForModel(node: string): void {
  const modelQuestion = modelQuestionOf(node);
  if (modelQuestion !== undefined) overlayStore.getState().show({ modelQuestion });
}
