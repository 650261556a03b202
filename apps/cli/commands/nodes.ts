import {
  conditionsOf,
  conditionText,
  GraphError,
  paramFields,
  suggestion,
  type NodeType,
} from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { print, printJson, oneLine, painter, table } from '../terminal.ts';

const optionsSchema = z.object({ json: z.boolean().optional() });

/** `graft nodes [TYPE]`. */
export function nodes(type: string | undefined, rawOptions: unknown): ExitCode {
  const { json = false } = optionsSchema.parse(rawOptions);
  if (type === undefined) {
    const all = [...registry.values()];
    if (json) printJson(all.map(describe));
    else print(table(all.map((node) => [node.type, node.group, firstSentence(node.doc)])));
    return exitCode.succeeded;
  }
  const node = registry.get(type);
  if (node === undefined) {
    const hint = suggestion(type, registry.keys()) || ' graft nodes lists them.';
    throw new GraphError('unknown-type', `There is no node type "${type}".${hint}`);
  }
  if (json) printJson(describe(node));
  else print(page(node));
  return exitCode.succeeded;
}

function describe(node: NodeType): object {
  const ports = (of: NodeType['inputs'] | NodeType['outputs']): object =>
    Object.fromEntries(
      Object.entries(of).map(([name, port]) => [name, { ...port, type: port.type.id }]),
    );
  return {
    type: node.type,
    version: node.version,
    title: node.title,
    group: node.group,
    doc: node.doc,
    inputs: ports(node.inputs),
    outputs: ports(node.outputs),
    params: paramFields(node),
    ...(node.when === undefined ? {} : { when: node.when }),
    ...(node.meanings === undefined ? {} : { metrics: node.meanings }),
    caching: node.caching,
    device: node.device,
  };
}

function firstSentence(text: string): string {
  return oneLine(/^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text, 100);
}

/** When a parameter applies, unless it always does. */
function whereText(node: NodeType, param: string): string[] {
  const conditions = conditionsOf(node, param);
  return conditions.length === 0 ? [] : [`Applies if ${conditionText(conditions)}.`];
}

function page(node: NodeType): string {
  const paint = painter(process.stdout);
  const heading = (text: string): string => `\n${paint('bold', text)}`;
  const inputs = Object.entries(node.inputs).map(([name, port]) => [
    `  ${name}`,
    port.type.id,
    [port.optional === true ? 'optional' : '', port.many === true ? 'many' : '']
      .filter((word) => word !== '')
      .join(', '),
    port.doc,
  ]);
  const outputs = Object.entries(node.outputs).map(([name, port]) => [
    `  ${name}`,
    port.type.id,
    port.doc,
  ]);
  const params = paramFields(node).map((field) => [
    `  ${field.name}`,
    oneLine(JSON.stringify(field.default) ?? '', 40),
    field.options?.join(' | ') ?? field.control,
    [
      ...(field.unit === undefined ? [] : [`${field.unit}.`]),
      ...(field.description === undefined ? [] : [field.description]),
      ...whereText(node, field.name),
    ].join(' '),
  ]);
  const metrics = Object.entries(node.meanings ?? {}).map(([name, meaning]) => [
    `  ${name}`,
    meaning,
  ]);
  return [
    `${paint('bold', node.type)} version ${node.version}: ${node.title}`,
    '',
    node.doc,
    ...(inputs.length === 0 ? [] : [heading('Inputs'), table(inputs)]),
    heading('Outputs'),
    table(outputs),
    ...(params.length === 0 ? [] : [heading('Parameters and defaults'), table(params)]),
    ...(metrics.length === 0 ? [] : [heading('Metrics'), table(metrics)]),
  ].join('\n');
}
