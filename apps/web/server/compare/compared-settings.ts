import {
  canonicalJson,
  paramFields,
  settingText,
  sha256,
  type GraphNode,
  type NodeType,
  type StepSummary,
} from '@graft/graph';
import { type ComparedSetting, type ComparedValue, stepParams } from '@graft/view';

/** A node on one side: its step, and the node in the graph that ran. */
export interface SideOfNode {
  readonly step: StepSummary | undefined;
  readonly node: GraphNode | undefined;
  readonly definition: NodeType | undefined;
}

/** Most characters of a value that differs, and of one that does not. */
const longestValue = 4_000;
const longestEqual = 300;

/** Key parts that come from the node's inputs or its type, not from its own settings. */
const notItsOwn = /^(param|input|embedder|rows)\.|^type$/;

/** The settings of a node on each side, and the other parts of its own in their keys. */
export function comparedSettings(sides: readonly SideOfNode[]): ComparedSetting[] {
  const params = sides.map(paramsOf);
  const parts = sides.map(
    ({ step }) =>
      new Map(
        (step?.parts ?? [])
          .filter(({ name }) => !notItsOwn.test(name))
          .map(({ name, value }): [string, ComparedValue] => [name, { text: value }]),
      ),
  );
  return [...settings('param', sides, params), ...settings('part', sides, parts)];
}

function settings(
  kind: ComparedSetting['kind'],
  sides: readonly SideOfNode[],
  values: readonly ReadonlyMap<string, ComparedValue>[],
): ComparedSetting[] {
  const names = new Set(values.flatMap((own) => [...own.keys()]));
  const compared = [...names].map((name): ComparedSetting => {
    const all = values.map((own, at): ComparedValue => own.get(name) ?? missing(sides[at], kind));
    // A missing node is reported once, not as a different value of each parameter.
    const named = all.filter(
      (value) => !('absent' in value) || value.absent === 'not set' || value.absent === 'not kept',
    );
    const differs = new Set(named.map((value) => JSON.stringify(value))).size > 1;
    const most = differs ? longestValue : longestEqual;
    return { kind, name, values: all.map((value) => cut(value, most)), differs };
  });
  // Equal parts, such as versions of the installation, explain no difference.
  return kind === 'param' ? compared : compared.filter(({ differs }) => differs);
}

function missing(side: SideOfNode | undefined, kind: ComparedSetting['kind']): ComparedValue {
  const { step, node } = side ?? {};
  if (step === undefined && node === undefined) return { absent: 'no such node' };
  return { absent: kind === 'part' && step?.parts === undefined ? 'not known' : 'not set' };
}

/**
 * The parameters of a side: from its key, which includes values set from outside, then from its graph, then defaults.
 * For a long value the key holds only a digest; the value in the graph is used if it has that digest.
 */
function paramsOf({ step, node, definition }: SideOfNode): ReadonlyMap<string, ComparedValue> {
  if (step === undefined && node === undefined) return new Map();
  const defaults = definition === undefined ? [] : paramFields(definition);
  const written = new Map<string, unknown>([
    ...defaults.flatMap(({ name, default: value }): [string, unknown][] =>
      value === undefined ? [] : [[name, value]],
    ),
    ...Object.entries(node?.params ?? {}),
    ...Object.entries(stepParams(step ?? {})),
  ]);
  const values = new Map<string, ComparedValue>();
  for (const [name, value] of written) values.set(name, { text: settingText(value) });
  for (const { name: part, value: digest } of step?.parts ?? []) {
    const name = part.replace(/^param\./, '');
    if (name === part || !digest.startsWith('sha256:')) continue;
    const isIt =
      written.has(name) && digest === `sha256:${sha256(canonicalJson(written.get(name)))}`;
    if (!isIt) values.set(name, { absent: 'not kept', digest });
  }
  return values;
}

function cut(value: ComparedValue, most: number): ComparedValue {
  if ('absent' in value || value.text.length <= most) return value;
  return { text: value.text.slice(0, most), cut: true };
}
