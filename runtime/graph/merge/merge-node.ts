import { canonicalJson } from '../base/canonical-json.ts';
import type { GraphNode } from '../format/graph-body.ts';
import { type MergeConflict, mergeRecords, mergeValues } from './three-way-merge.ts';
import { own } from '../base/record.ts';

/** One node on all sides; `was` is undefined if both added it. */
export interface NodeSides {
  readonly id: string;
  readonly was: GraphNode | undefined;
  readonly mine: GraphNode;
  readonly yours: GraphNode;
}

/** Merges a node that both sides have, by field and parameter. */
export function mergeNode(sides: NodeSides, conflicts: MergeConflict[]): GraphNode {
  const { id, was, mine, yours } = sides;
  const kind = mergeValues(shape(was), shape(mine), shape(yours));
  if (kind.conflict) {
    // Parameters of two types or versions do not mix.
    const [a, b] = [mine, yours].map(({ type, version }) => `${type} (version ${version})`);
    conflicts.push({
      kind: 'node',
      location: { node: id },
      message: `${was === undefined ? 'Both sides added it' : 'Both sides changed its type'}: we as ${a}, they as ${b}. We keep all of ours.`,
    });
    return mine;
  }
  const { type, version } = kind.value ?? mine;
  const title = mergeValues(was?.title, mine.title, yours.title);
  if (title.conflict) {
    conflicts.push({
      kind: 'title',
      location: { node: id },
      message: `We titled it ${shown(mine.title)} and they ${shown(yours.title)}. We keep ours.`,
    });
  }
  const params = mergeRecords(was?.params ?? {}, mine.params, yours.params);
  for (const param of params.conflicts) {
    conflicts.push({
      kind: 'param',
      location: { node: id, param },
      message: `We set it to ${shown(own(mine.params, param))} and they to ${shown(own(yours.params, param))} (it was ${shown(own(was?.params ?? {}, param))}). We keep ours.`,
    });
  }
  const bypass = mergeValues(was?.bypass, mine.bypass, yours.bypass).value;
  const extra = mergeRecords(was?.extra ?? {}, mine.extra ?? {}, yours.extra ?? {});
  for (const field of extra.conflicts) {
    conflicts.push({
      kind: 'field',
      location: { node: id },
      message: `Both sides changed "${field}". We keep ours.`,
    });
  }
  return {
    type,
    version,
    ...(title.value === undefined ? {} : { title: title.value }),
    params: params.merged,
    ...(bypass === undefined ? {} : { bypass }),
    ...(Object.keys(extra.merged).length === 0 ? {} : { extra: extra.merged }),
  };
}

function shape(node: GraphNode | undefined): { type: string; version: number } | undefined {
  return node === undefined ? undefined : { type: node.type, version: node.version };
}

function shown(value: unknown): string {
  if (value === undefined) return 'its default';
  const text = canonicalJson(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
