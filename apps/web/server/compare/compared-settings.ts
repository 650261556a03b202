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

/** A node on one side: what ran, and what is written of it in the graph that ran. */
export interface SideOfNode {
  readonly step: StepSummary | undefined;
  readonly node: GraphNode | undefined;
  readonly definition: NodeType | undefined;
}

/** Characters of a value that differs, and of one that does not. */
const longestValue = 4_000;
const longestEqual = 300;

/** Parts of a key that are of what is above the node, or of its type, and no settings of its own. */
const notItsOwn = /^(param|input|embedder|rows)\.|^type$/;

/** What the sides of a node set, and on what else of their own their results depend. */
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
    // A node that is not there is said once, and is no other value of each of its parameters.
    const named = all.filter(
      (value) => !('absent' in value) || value.absent === 'not set' || value.absent === 'not kept',
    );
    const differs = new Set(named.map((value) => JSON.stringify(value))).size > 1;
    const most = differs ? longestValue : longestEqual;
    return { kind, name, values: all.map((value) => cut(value, most)), differs };
  });
  // Parts that are equal say nothing: they are what the installation is.
  return kind === 'param' ? compared : compared.filter(({ differs }) => differs);
}

function missing(side: SideOfNode | undefined, kind: ComparedSetting['kind']): ComparedValue {
  const { step, node } = side ?? {};
  if (step === undefined && node === undefined) return { absent: 'no such node' };
  return { absent: kind === 'part' && step?.parts === undefined ? 'not known' : 'not set' };
}

/**
 * The parameters of a side: those of its key, which include what was set from outside, then those of its graph, then
 * defaults. Of a long value the key holds a digest, by which that of the graph is known to be the one.
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
