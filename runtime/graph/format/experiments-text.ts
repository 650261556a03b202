import { GraphError } from '../base/errors.ts';
import { canonicalJson, block, fieldTexts } from '../base/canonical-json.ts';
import { sortedKeys } from '../base/record.ts';
import type { Arm, Experiment, ExperimentLimit, Experiments, Race } from './experiment.ts';
import type { GraphNode } from './graph-body.ts';

type NodeText = (node: GraphNode, depth: number) => string;

/** The field `experiments` of a graph file, one value a line; nothing if there are none. */
export function experimentsText(experiments: Experiments, nodeText: NodeText): string[] {
  const names = sortedKeys(experiments);
  if (names.length === 0) return [];
  const texts = names.map((name) => {
    try {
      return `${JSON.stringify(name)}: ${experimentText(experiments[name] ?? {}, nodeText)}`;
    } catch (error) {
      throw GraphError.from(error, { field: `experiments.${name}` });
    }
  });
  return [`"experiments": ${block('{}', texts, 1)}`];
}

function experimentText(experiment: Experiment, nodeText: NodeText): string {
  const {
    doc,
    vary,
    mode,
    arms,
    seeds,
    baseline,
    metrics,
    lower,
    prefer,
    race,
    limit,
    extra = {},
  } = experiment;
  return block(
    '{}',
    [
      fieldTexts({ doc }),
      mapText('vary', vary, (values) => listText(values, 4)),
      fieldTexts({ mode }),
      mapText('arms', arms, (arm) => armText(arm, nodeText)),
      seeds === undefined ? [] : `"seeds": ${listText(seeds, 3)}`,
      fieldTexts({ baseline }),
      metrics === undefined ? [] : `"metrics": ${listText(metrics, 3)}`,
      lower === undefined ? [] : `"lower": ${listText(lower, 3)}`,
      prefer === undefined ? [] : `"prefer": ${listText(prefer, 3)}`,
      race === undefined ? [] : `"race": ${raceText(race)}`,
      limit === undefined ? [] : `"limit": ${block('{}', limitTexts(limit), 3)}`,
      fieldTexts(extra),
    ].flat(),
    2,
  );
}

function raceText(race: true | Race): string {
  if (race === true) return 'true';
  const { looks, error, extra = {} } = race;
  return block('{}', fieldTexts({ looks, error, ...extra }), 3);
}

function limitTexts({ variants, minutes, extra = {} }: ExperimentLimit): string[] {
  return fieldTexts({ variants, minutes, ...extra });
}

function armText({ set, bypass, replace, extra = {} }: Arm, nodeText: NodeText): string {
  return block(
    '{}',
    [
      set === undefined ? [] : `"set": ${block('{}', fieldTexts(set), 5)}`,
      bypass === undefined ? [] : `"bypass": ${listText(bypass, 5)}`,
      replace === undefined
        ? []
        : `"replace": ${block(
            '{}',
            sortedKeys(replace).map((id) => {
              const node = replace[id];
              return node === undefined ? [] : `${JSON.stringify(id)}: ${nodeText(node, 6)}`;
            }),
            5,
          )}`,
      fieldTexts(extra),
    ].flat(),
    4,
  );
}

/** `"name": { key: … }` at the depth of an experiment's fields. */
function mapText<V>(
  name: string,
  map: Readonly<Record<string, V>> | undefined,
  text: (value: V) => string,
): string[] {
  if (map === undefined) return [];
  const fields = sortedKeys(map).flatMap((key) => {
    const value = map[key];
    return value === undefined ? [] : `${JSON.stringify(key)}: ${text(value)}`;
  });
  return [`"${name}": ${block('{}', fields, 3)}`];
}

function listText(values: readonly unknown[], depth: number): string {
  return block(
    '[]',
    values.map((value) => canonicalJson(value)),
    depth,
  );
}
