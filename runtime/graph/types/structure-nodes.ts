import { z } from 'zod';
import { plural } from '../base/message-words.ts';
import type { GraphInterface, InterfaceLookup } from './graph-interface.ts';
import {
  defineNode,
  type InputPort,
  type InputPorts,
  type NodePorts,
  type NodeType,
  type OutputPort,
  type OutputPorts,
} from './node-type.ts';
import type { ParamMeta } from '../params/param-fields.ts';
import { Anything } from '../rows/port-types.ts';
import { loopType, roundParam, setPrefix } from './structure-names.ts';
import {
  docParam,
  formerlyParam,
  nameParam,
  portTypeParam,
  textParam,
  typeParam,
} from './structure-params.ts';

/** Node types that every registry has: they structure a graph, and planning removes them. */

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
        doc: 'Sample data for when the graph runs on its own.',
        optional: true,
        ...(many ? { many } : {}),
      },
    },
    outputs: {
      value: { type, doc: textParam(params, 'doc') || 'The data that the graph is given.' },
    },
  };
}

/** A named input of a graph. */
const inputNode: NodeType = defineNode({
  ...structural,
  type: 'input',
  structure: 'input',
  title: 'Input',
  doc: 'An input of the graph: data from the graph that uses it, or from the person who runs it. Connect a sample for runs without either.',
  ...inputPorts({}),
  ports: inputPorts,
  params: z.strictObject({
    name: nameParam,
    type: typeParam,
    doc: docParam,
    optional: z
      .boolean()
      .default(false)
      .meta({
        title: 'Optional',
        description: 'The graph also runs without this input.',
      } satisfies ParamMeta),
    many: z
      .boolean()
      .default(false)
      .meta({ title: 'Many', description: 'Takes any number of connections.' } satisfies ParamMeta),
    formerly: formerlyParam,
  }),
  summary: ({ type }) => [['takes', type]],
});

/** A named output of a graph. */
const outputNode: NodeType = defineNode({
  ...structural,
  type: 'output',
  structure: 'output',
  title: 'Output',
  doc: 'An output of the graph: data for the graph that uses it, or for the person who runs it.',
  inputs: { value: { type: Anything, doc: 'The data of the output.' } },
  outputs: {},
  params: z.strictObject({ name: nameParam, doc: docParam, formerly: formerlyParam }),
  summary: ({ doc }) => (doc === '' ? [] : [['gives', doc]]),
});

const use = z
  .string()
  .default('')
  .meta({
    title: 'Subgraph',
    description:
      '"#name" for a subgraph of this file, or the path of a graph file in the workspace.',
  } satisfies ParamMeta);

function usedPorts(found: GraphInterface | undefined): {
  readonly inputs: Record<string, InputPort>;
  readonly outputs: Record<string, OutputPort>;
} {
  const inputs = [...(found?.inputs.values() ?? [])].map(
    ({ name, type, doc, optional, many }): [string, InputPort] => [
      name,
      {
        type,
        doc: doc || 'The inputs of the graph.',
        ...(optional ? { optional } : {}),
        ...(many ? { many } : {}),
      },
    ],
  );
  const outputs = [...(found?.outputs.values() ?? [])].map(
    ({ name, type, doc }): [string, OutputPort] => [
      name,
      { type, doc: doc || 'The outputs of the graph.' },
    ],
  );
  return { inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs) };
}

/** The exposed parameters of a graph, as its users see them. */
function setParams(
  found: GraphInterface | undefined,
  left: (name: string) => boolean = () => true,
): Record<string, z.ZodType> {
  const exposed = [...(found?.params.values() ?? [])].filter(({ name }) => left(name));
  return Object.fromEntries(exposed.map(({ name, schema }) => [`${setPrefix}${name}`, schema]));
}

/** All uses of a graph share one form: compiling a schema on its first parse takes long. */
function formOfUse(
  form: (found: GraphInterface | undefined) => NodeType['params'],
): (params: Params, graphs: InterfaceLookup) => NodeType['params'] {
  const none = form(undefined);
  const forms = new WeakMap<GraphInterface, NodeType['params']>();
  return (params, graphs) => {
    const found = graphs(textParam(params, 'use'));
    if (found === undefined) return none;
    const known = forms.get(found) ?? form(found);
    forms.set(found, known);
    return known;
  };
}

/** The name of a node that uses a graph: that of the subgraph or the file. */
function titleOfUse(params: Params): string | undefined {
  const name = textParam(params, 'use')
    .replace(/^#|^.*\//, '')
    .replace(/\.graft\.json$/, '');
  return name === '' ? undefined : name;
}

/** Another graph in place of a node. */
const graphNode: NodeType = defineNode({
  ...structural,
  type: 'graph',
  structure: 'graph',
  title: 'Subgraph',
  titleFor: titleOfUse,
  doc: 'Uses another graph as a node, with its inputs, outputs and exposed parameters. Graft computes work that several uses share only once.',
  inputs: {},
  outputs: {},
  ports: (params, graphs) => usedPorts(graphs(textParam(params, 'use'))),
  params: z.strictObject({ use }),
  paramsFor: formOfUse((found) => z.strictObject({ use, ...setParams(found) })),
  summary: ({ use }) => [['uses', use === '' ? 'none chosen' : use]],
});

/** State names of a loop: outputs that share their name with an input. */
export function stateNames({ inputs, outputs }: NodePorts): readonly string[] {
  return Object.keys(outputs).filter((name) => Object.hasOwn(inputs, name));
}

const loopParams = {
  use,
  while: z
    .string()
    .default('')
    .meta({
      title: 'While there are',
      description:
        'An output that is also an input: the loop continues while it has rows. Empty: until a round changes nothing, or the limit is reached.',
      control: 'text',
    } satisfies ParamMeta),
  limit: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .meta({
      title: 'At most',
      unit: 'rounds',
      description: 'The loop ends after this many rounds at the latest.',
    } satisfies ParamMeta),
  collect: z
    .array(z.string())
    .default([])
    .meta({
      title: 'Collect',
      description:
        'Outputs whose rows are collected over all rounds. Of rows with the same id, the last one stays.',
    } satisfies ParamMeta),
};

/** A graph that runs repeatedly on its own outputs. */
const repeatNode: NodeType = defineNode({
  ...structural,
  type: loopType,
  structure: 'repeat',
  title: 'Repeat',
  titleFor: titleOfUse,
  doc: 'Runs another graph in rounds. An output with the same name as an input feeds that input in the next round; after the last round, it is the result. The loop ends when no rows are left, when a round changes nothing, or at a limit. A parameter exposed as "round" gets the number of the round.',
  inputs: {},
  outputs: {},
  ports(params, graphs) {
    const ports = usedPorts(graphs(textParam(params, 'use')));
    const inputs = { ...ports.inputs };
    // The first round starts with the connected inputs.
    for (const name of stateNames(ports)) {
      const { optional: _optional, ...input } = inputs[name] ?? { type: Anything, doc: '' };
      inputs[name] = input;
    }
    return { inputs, outputs: ports.outputs };
  },
  params: z.strictObject(loopParams),
  paramsFor: formOfUse((found) =>
    z.strictObject({ ...loopParams, ...setParams(found, (name) => name !== roundParam) }),
  ),
  summary: ({ use, limit }) => [
    ['repeats', use === '' ? 'none chosen' : use],
    ['at most', plural(limit, 'round')],
  ],
});

export const structuralTypes: readonly NodeType[] = [inputNode, outputNode, graphNode, repeatNode];
