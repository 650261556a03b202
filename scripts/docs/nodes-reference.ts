import {
  conditionsOf,
  conditionText,
  paramFields,
  type InputPort,
  type NodeType,
  type OutputPort,
  type ParamField,
} from '@graft/graph';
import { families, familyTitles } from '../../apps/web/kit/node-types.ts';
import { headingAnchor } from './markdown-links.ts';

const cachingTexts: Readonly<Record<NodeType['caching'], string>> = {
  pure: 'reused until its inputs, files, models or parameters change',
  seeded: 'reused until its inputs, files, models, parameters or seed change',
  volatile: 'computed in every run',
};

/** `docs/nodes.md`: every node type with its ports and parameters, read from the definitions. */
export function nodesReference(nodes: readonly NodeType[]): string {
  const grouped = families.map((family) => ({
    title: familyTitles[family],
    nodes: nodes.filter((node) => node.group === family),
  }));
  return [
    '# Node types',
    '<!-- Written by npm run docs. Do not edit. -->',
    '`graft nodes TYPE` prints the same. A port is optional where the list says so; `many` means that it takes any number of connections. Parameters show their default.',
    ...grouped.flatMap(({ title, nodes }) => [
      `**${title}**: ${nodes.map((node) => `[${node.title}](#${headingAnchor(node.title)})`).join(' · ')}`,
    ]),
    ...grouped.flatMap(({ title, nodes }) => [`## ${title}`, ...nodes.flatMap(section)]),
  ].join('\n\n');
}

function section(node: NodeType): readonly string[] {
  const inputs = Object.entries(node.inputs).map(([name, port]) => portLine(name, port));
  const outputs = Object.entries(node.outputs).map(([name, port]) => portLine(name, port));
  const params = paramFields(node).map((field) => paramLine(node, field));
  const metrics = Object.entries(node.meanings ?? {}).map(
    ([name, text]) => `- \`${name}\`: ${text}`,
  );
  // Nodes of structure are of the core and have no folder.
  const more = node.structure === undefined ? [`[more](../nodes/${node.type}/README.md)`] : [];
  const byRow = node.items === undefined ? [] : ['row by row'];
  const facts = [`\`${node.type}\``, cachingTexts[node.caching], ...byRow, ...more].join(' · ');
  return [
    `### ${node.title}`,
    facts,
    node.doc,
    ...list('Inputs', inputs),
    ...list('Outputs', outputs),
    ...list('Parameters', params),
    ...list('Metrics', metrics),
  ];
}

function list(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, lines.join('\n')];
}

function portLine(name: string, port: InputPort | OutputPort): string {
  const words = [
    port.type.id,
    'optional' in port && port.optional === true ? 'optional' : '',
    'many' in port && port.many === true ? 'many' : '',
  ].filter((word) => word !== '');
  return `- \`${name}\` (${words.join(', ')}): ${port.doc}`;
}

function paramLine(node: NodeType, field: ParamField): string {
  const conditions = conditionsOf(node, field.name);
  const where = conditions.length === 0 ? [] : [`Applies if ${conditionText(conditions)}.`];
  const facts = [
    kindOf(field),
    ...(field.unit === undefined ? [] : [field.unit]),
    ...rangeOf(field),
    ...defaultOf(field),
  ];
  const { description, auto } = field;
  const text = [description, auto, ...where].filter((part) => part !== undefined);
  return `- \`${field.name}\` (${facts.join(', ')}): ${text.join(' ')}`;
}

function kindOf({ options, control, entries, default: fallback }: ParamField): string {
  if (options !== undefined) {
    const values = options.map((option) => `\`${option}\``).join(' or ');
    return Array.isArray(fallback) ? `any of ${values}` : values;
  }
  if (control === 'multiline') return 'text';
  return control === 'json' && entries !== undefined ? `list of ${entries}` : control;
}

function rangeOf({ min, max, minExclusive, maxExclusive }: ParamField): readonly string[] {
  return [
    ...(min === undefined ? [] : [`${minExclusive ? 'above' : 'from'} ${min}`]),
    ...(max === undefined ? [] : [`${maxExclusive ? 'below' : 'to'} ${max}`]),
  ];
}

/** Longest default that is shown; the others are prompts. */
const longestDefault = 60;

function defaultOf(field: ParamField): readonly string[] {
  if (field.default === null) return [field.auto === undefined ? 'not set' : 'auto'];
  const text = JSON.stringify(field.default) ?? '';
  if (text === '' || text === '""' || text === '[]' || text === '{}') return ['empty'];
  if (text.length > longestDefault) return ['with a long default'];
  return [`default \`${typeof field.default === 'string' ? field.default : text}\``];
}
