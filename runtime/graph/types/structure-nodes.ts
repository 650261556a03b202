import { z } from 'zod';
import { noGraphs } from './graph-interface.ts';
import {
  defineNode,
  type InputPorts,
  type NodeType,
  type OutputPorts,
  type ParamMeta,
} from './node-type.ts';
import { Anything } from './port-types.ts';
import {
  docParam,
  formerlyParam,
  nameParam,
  portTypeParam,
  textParam,
  typeParam,
} from './structure-params.ts';

/** Node types that every registry has: they shape a graph, and planning takes them out. */

const structural = {
  version: 1,
  implementation: 1,
  group: 'structure',
  caching: 'pure',
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
} as const;

type Params = Readonly<Record<string, unknown>>;

function inputPorts(params: Params): { inputs: InputPorts; outputs: OutputPorts } {
  const type = portTypeParam(params);
  const many = params['many'] === true;
  return {
    inputs: {
      sample: {
        type,
        doc: 'What flows when the graph runs by itself.',
        optional: true,
        ...(many ? { many } : {}),
      },
    },
    outputs: { value: { type, doc: textParam(params, 'doc') || 'What the graph is given.' } },
  };
}

/** What a graph takes, under a name. */
const inputNode: NodeType = defineNode({
  ...structural,
  type: 'input',
  structure: 'input',
  title: 'Input',
  doc: 'Something that the graph takes from outside: from the graph that uses it, or from whoever runs it. Connect a sample for when it runs by itself.',
  ...inputPorts({}),
  ports: inputPorts,
  params: z.strictObject({
    name: nameParam,
    type: typeParam,
    doc: docParam,
    optional: z
      .boolean()
      .default(false)
      .meta({ title: 'Optional', description: 'May be left out.' } satisfies ParamMeta),
    many: z
      .boolean()
      .default(false)
      .meta({ title: 'Many', description: 'Takes any number of edges.' } satisfies ParamMeta),
    formerly: formerlyParam,
  }),
  summary: ({ name, type }) => [[name === '' ? 'takes' : name, type]],
});

/** What a graph gives, under a name. */
const outputNode: NodeType = defineNode({
  ...structural,
  type: 'output',
  structure: 'output',
  title: 'Output',
  doc: 'Something that the graph gives: to the graph that uses it, or to whoever runs it.',
  inputs: { value: { type: Anything, doc: 'What is given.' } },
  outputs: {},
  params: z.strictObject({ name: nameParam, doc: docParam, formerly: formerlyParam }),
  summary: ({ name }) => [['gives', name === '' ? 'by its id' : name]],
});

const use = z
  .string()
  .default('')
  .meta({
    title: 'Graph',
    description:
      '"#name" for a subgraph of this file, or the path of a graph file below the workspace.',
  } satisfies ParamMeta);

/** Of the parameters of a `graph` node: those that set what its graph exposes. */
export const setPrefix = 'set.';

/** Another graph in the place of a node. */
const graphNode: NodeType = defineNode({
  ...structural,
  type: 'graph',
  structure: 'graph',
  title: 'Graph',
  doc: 'Another graph as a node: its inputs, outputs and exposed parameters are those of the node. What several uses have in common is computed once.',
  inputs: {},
  outputs: {},
  ports(params, graphs) {
    const found = graphs(textParam(params, 'use'));
    const inputs = [...(found?.inputs.values() ?? [])].map(
      ({ name, type, doc, optional, many }): [string, InputPorts[string]] => [
        name,
        {
          type,
          doc: doc || 'What the graph takes.',
          ...(optional ? { optional } : {}),
          ...(many ? { many } : {}),
        },
      ],
    );
    const outputs = [...(found?.outputs.values() ?? [])].map(
      ({ name, type, doc }): [string, OutputPorts[string]] => [
        name,
        { type, doc: doc || 'What the graph gives.' },
      ],
    );
    return { inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs) };
  },
  params: z.strictObject({ use }),
  paramsFor(params, graphs = noGraphs) {
    const found = graphs(textParam(params, 'use'));
    const set = [...(found?.params.values() ?? [])].map(({ name, schema }): [string, z.ZodType] => [
      `${setPrefix}${name}`,
      schema,
    ]);
    return z.strictObject({ use, ...Object.fromEntries(set) });
  },
  summary: ({ use }) => [['uses', use === '' ? 'none chosen' : use]],
});

export const structuralTypes: readonly NodeType[] = [inputNode, outputNode, graphNode];
