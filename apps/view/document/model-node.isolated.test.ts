import { emptyGraph, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, expect, it } from 'vitest';
import { overlayStore } from '../screen/overlay-store.ts';
import { documentStore } from './document-store.ts';
import { provideNodeTypes } from './lookups.ts';
import { asBaseModel, asRemoteModel, askForModel } from './model-node.ts';

beforeAll(() => {
  provideNodeTypes(registry);
});

const edges = [{ source: 'm', sourcePort: 'model', target: 'g', targetPort: 'model' }];
const graph: Graph = {
  ...{ ...emptyGraph, edges },
  nodes: {
    m: { type: 'base-model', version: 1, params: { model: 'a' }, title: 'Mine' },
    g: { type: 'generate', version: 1, params: {} },
  },
};
const url = 'http://127.0.0.1:11434/v1';
const versionOf = (type: string): number | undefined => registry.get(type)?.version;

it('asks a server in the place of a model, and takes a model again', () => {
  const remote = asRemoteModel(graph, 'm', { url, model: 'smollm2:135m', secret: 'KEY' });
  expect(remote.nodes['m']).toEqual({
    ...{ type: 'remote-model', version: versionOf('remote-model'), title: 'Mine' },
    params: { url, model: 'smollm2:135m', key: { $secret: 'KEY' } },
  });
  const back = asBaseModel(remote, 'm', 'b');
  expect(back.nodes['m']).toEqual({
    ...{ type: 'base-model', version: versionOf('base-model'), title: 'Mine' },
    params: { model: 'b' },
  });
  expect(back.edges).toEqual(edges);
});

it('keeps what else was set for a server when another model of one is asked, and its key only for the same', () => {
  const first = asRemoteModel(graph, 'm', { url, model: 'x', secret: 'KEY' });
  const node = first.nodes['m'];
  const params = { ...node?.params, context: 8192 };
  const nodes = { ...first.nodes, m: { type: 'remote-model', version: 1, params } };
  const other = asRemoteModel({ ...first, nodes }, 'm', { url: 'http://other/v1', model: 'y' });
  expect(other.nodes['m']?.params).toEqual({ url: 'http://other/v1', model: 'y', context: 8192 });
  const same = asRemoteModel({ ...first, nodes }, 'm', { url, model: 'y' });
  expect(same.nodes['m']?.params).toEqual({ ...params, model: 'y' });
});

it('asks for another model from a node of either kind, and puts it there in one edit', () => {
  const asked = asRemoteModel(graph, 'm', { url, model: 'smollm2:135m' });
  const file = { path: 'a.graft.json', base: '', baseText: '', baseGraph: asked };
  documentStore.getState().open(file);
  askForModel('g');
  expect(overlayStore.getState().modelQuestion).toBeNull();
  askForModel('m');
  const question = overlayStore.getState().modelQuestion;
  expect(question).toMatchObject({
    ...{ kind: 'language-model', node: 'm', current: '' },
    ...{ first: `server ${url}`, served: 'smollm2:135m' },
  });
  question?.choose?.('b');
  const { type, params } = documentStore.getState().shown.nodes['m'] ?? {};
  expect({ type, params }).toEqual({ type: 'base-model', params: { model: 'b' } });
  askForModel('m');
  expect(overlayStore.getState().modelQuestion).toMatchObject({ current: 'b' });
});
