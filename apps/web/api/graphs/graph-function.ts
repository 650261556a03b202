import { useStore } from 'zustand';
import {
  Adapter,
  Answers,
  GraphLibrary,
  paramFields,
  Questions,
  type Graph,
  type GraphLookup,
  type GraphInterface,
  type ParamField,
  type PortType,
} from '@graft/graph';
import { useMemo } from 'react';
import { z } from 'zod';
import { isAsking } from './asked-link.ts';
import {
  documentStore,
  hasAdapter,
  usedGraphs,
  shapeOf,
  nodeTypes,
  questionNodes,
  type ShownOutput,
} from '@graft/view';

/** A value of a parameter of the file's graph. */
interface Setting {
  readonly node: string;
  readonly param: string;
  readonly value: unknown;
}

/** An input of the graph, as a field of its form. */
export interface GivenText {
  readonly name: string;
  readonly title: string;
  readonly doc: string;
  readonly type: PortType;
  /** The node that takes it. */
  readonly node: string;
  /** What is used without an input: a sample, the saved value, or nothing; undefined: it is required. */
  readonly without: 'sample' | 'saved' | 'nothing' | undefined;
  /** Turns the text into parameters; absent: it goes to an input of the graph. */
  settings?(text: string): readonly Setting[];
}

/** A parameter that can be set, and its node. */
export interface GivenParam {
  readonly field: ParamField;
  readonly node: string;
  readonly param: string;
}

/** A graph as a function: inputs, parameters and outputs. */
export interface GraphFunction {
  readonly inputs: readonly GivenText[];
  readonly params: readonly GivenParam[];
  readonly outputs: readonly ShownOutput[];
  /** What a run must compute: outputs of the interface, else nodes. */
  readonly wanted: { readonly outputs: string[] } | { readonly only: string[] };
  /** Settings that switch off every adapter that the outputs use. Empty if they use none, or all are off already. */
  readonly adaptersOff: readonly Setting[];
}

/**
 * The open graph as a function, by its interface. A graph without one takes questions and shows answers. Undefined if
 * it has neither.
 */
export function useGraphFunction(): GraphFunction | undefined {
  const graph = useStore(documentStore, (state) => state.graph);
  const file = useStore(documentStore, (state) => state.file?.path);
  const graphs = useStore(usedGraphs, (state) => state.lookup);
  // `graphs` also shapes the nodes that use other files.
  return useMemo(() => functionOf({ graph, file, graphs }), [graph, file, graphs]);
}

/** The same for the graph that is open now. */
export function graphFunction(): GraphFunction | undefined {
  const { graph, file } = documentStore.getState();
  return functionOf({ graph, file: file?.path, graphs: usedGraphs.getState().lookup });
}

interface Whole {
  readonly graph: Graph;
  readonly file: string | undefined;
  readonly graphs: GraphLookup;
}

function functionOf({ graph, file, graphs }: Whole): GraphFunction | undefined {
  const library = new GraphLibrary(graph, {
    ...{ registry: nodeTypes(), graphs },
    ...(file === undefined ? {} : { file }),
  });
  const found = library.interfaceOf(library.root);
  const isFunction = found !== undefined && found.inputs.size + found.outputs.size > 0;
  const plain = isFunction ? byInterface(graph, found) : byQuestions(graph);
  // An ask link takes inputs, not parameters.
  return plain && { ...plain, adaptersOff: isAsking() ? [] : adaptersOff(graph, plain.outputs) };
}

type PlainFunction = Omit<GraphFunction, 'adaptersOff'>;

/**
 * Weights of 0 for the adapters of the nodes that `outputs` need. None where the graph itself answers with and without
 * adapters: a switch would contradict the names of its nodes.
 */
function adaptersOff(graph: Graph, outputs: readonly ShownOutput[]): readonly Setting[] {
  const answers = outputs.filter(
    ({ node, port }) => shapeOf(graph.nodes[node])?.outputs[port]?.type.id === Answers.id,
  );
  if (new Set(answers.map(({ node }) => hasAdapter(graph, node))).size > 1) return [];
  const needed = new Set<string>();
  const add = (id: string): void => {
    if (needed.has(id)) return;
    needed.add(id);
    for (const { target, source } of graph.edges) if (target === id) add(source);
  };
  for (const { node } of outputs) add(node);
  return [...needed].flatMap((id) => {
    const node = graph.nodes[id];
    const shape = node === undefined ? undefined : shapeOf(node);
    if (node === undefined || shape === undefined || node.bypass === true) return [];
    return paramFields(shape).flatMap(({ name, entryPerEdge: port }) => {
      if (port === undefined || shape.inputs[port]?.type.id !== Adapter.id) return [];
      const edges = graph.edges.filter((edge) => edge.target === id && edge.targetPort === port);
      const now = z.array(z.number()).catch([]).parse(node.params[name]);
      // Missing weights are 1.
      const isOff = edges.every((_, at) => now[at] === 0);
      return isOff ? [] : [{ node: id, param: name, value: edges.map(() => 0) }];
    });
  });
}

function byInterface(graph: Graph, { inputs, outputs, params }: GraphInterface): PlainFunction {
  const sampled = new Set(
    graph.edges.filter(({ targetPort }) => targetPort === 'sample').map(({ target }) => target),
  );
  const exposed = [...params.values()];
  const schema = z.strictObject(
    Object.fromEntries(exposed.map((param) => [param.name, param.schema])),
  );
  return {
    inputs: [...inputs.values()].map((input) => ({
      ...input,
      title: input.name,
      without: sampled.has(input.node) ? 'sample' : input.optional ? 'nothing' : undefined,
    })),
    params: paramFields({ params: schema }).flatMap((field) => {
      const at = params.get(field.name);
      return at === undefined ? [] : [{ field, node: at.node, param: at.param }];
    }),
    outputs: [...outputs.values()].map(({ name, doc, node }) => ({
      name,
      doc,
      node,
      port: 'value',
    })),
    wanted: { outputs: [...outputs.keys()] },
  };
}

/** The nodes of a graph that take typed questions, and those that answer. */
function byQuestions(graph: Graph): PlainFunction | undefined {
  const { questions, outputs } = questionNodes(graph, shapeOf);
  const inputs = questions.map(({ id, title, typed, files }): GivenText => ({
    ...{ name: id, title, node: id, type: Questions, without: 'saved' },
    doc: '',
    settings: (text) => [
      { node: id, param: typed, value: text },
      // The typed questions replace the questions that are read.
      ...files.map((param) => ({ node: id, param, value: [] })),
    ],
  }));
  if (inputs.length === 0 || outputs.length === 0) return undefined;
  return { inputs, params: [], outputs, wanted: { only: outputs.map(({ node }) => node) } };
}

/** The inputs of a graph that take questions; undefined if there are none, or other inputs are required. */
export function askable(graph: GraphFunction | undefined): GraphFunction['inputs'] | undefined {
  const takes = graph?.inputs.filter(({ type }) => type.id === 'questions') ?? [];
  const others = graph?.inputs.filter(
    ({ type, without }) => type.id !== 'questions' && without === undefined,
  );
  return takes.length === 0 || (others?.length ?? 0) > 0 || graph?.outputs.length === 0
    ? undefined
    : takes;
}

/** The identity of a parameter, whatever its exposed name. */
export const valueKey = ({ node, param }: GivenParam): string => `${node}.${param}`;

const isBlank = (text: string | undefined): boolean => (text ?? '').trim() === '';

/** Titles of the required inputs that are empty. */
export function missingInputs(
  { inputs }: GraphFunction,
  texts: Readonly<Record<string, string>>,
): readonly string[] {
  return inputs
    .filter(({ node, without }) => without === undefined && isBlank(texts[node]))
    .map(({ title }) => title);
}

/** What a run of the graph gets: texts by node, and values by `valueKey`. */
export function givenTo(
  { inputs, params, wanted }: GraphFunction,
  {
    texts,
    values,
  }: {
    readonly texts: Readonly<Record<string, string>>;
    readonly values: Readonly<Record<string, unknown>>;
  },
) {
  const given = inputs.filter(({ node }) => !isBlank(texts[node]));
  return {
    inputs: Object.fromEntries(
      given
        .filter(({ settings }) => settings === undefined)
        .map(({ name, node }) => [name, texts[node] ?? '']),
    ),
    set: [
      ...given.flatMap(({ node, settings }) => settings?.(texts[node] ?? '') ?? []),
      ...params.flatMap((param) => {
        const value = values[valueKey(param)];
        return value === undefined ? [] : [{ node: param.node, param: param.param, value }];
      }),
    ],
    ...wanted,
  };
}
