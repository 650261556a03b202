import { own, sortedKeys } from '../base/record.ts';
import type { Arm, Experiment, Experiments } from '../format/experiment.ts';
import { mergeRecords, mergeValues } from './three-way-merge.ts';

interface ThreeSides<V> {
  readonly base: V | undefined;
  readonly ours: V | undefined;
  readonly theirs: V | undefined;
}

/**
 * Three-way merge of experiments: by experiment, by field, and within `vary` and `arms` by name. `conflicts` are the
 * locations where ours won: `experiments.sizes.vary.chunk.size`.
 */
export function mergeExperiments(sides: ThreeSides<Experiments>): {
  readonly merged: Experiments;
  readonly conflicts: readonly string[];
} {
  const base = sides.base ?? {};
  const ours = sides.ours ?? {};
  const theirs = sides.theirs ?? {};
  const merged: [string, Experiment][] = [];
  const conflicts: string[] = [];
  for (const name of sortedKeys({ ...ours, ...theirs })) {
    const each = { base: own(base, name), ours: own(ours, name), theirs: own(theirs, name) };
    const field = `experiments.${name}`;
    if (each.ours === undefined || each.theirs === undefined) {
      const { value, conflict } = mergeValues(each.base, each.ours, each.theirs);
      if (value !== undefined) merged.push([name, value]);
      if (conflict) conflicts.push(field);
      continue;
    }
    const experiment = mergeExperiment(each.base ?? {}, each.ours, each.theirs);
    merged.push([name, experiment.merged]);
    for (const at of experiment.conflicts) conflicts.push(`${field}.${at}`);
  }
  return { merged: Object.fromEntries(merged), conflicts };
}

type WholeFields = Omit<Experiment, 'vary' | 'arms' | 'extra'>;

function mergeExperiment(base: Experiment, ours: Experiment, theirs: Experiment) {
  const conflicts: string[] = [];
  const whole = <K extends keyof WholeFields>(field: K): WholeFields[K] | undefined => {
    const { value, conflict } = mergeValues(base[field], ours[field], theirs[field]);
    if (conflict) conflicts.push(field);
    return value;
  };
  const vary = mergeNamed({ base: base.vary, ours: ours.vary, theirs: theirs.vary });
  const arms = mergeNamed<Arm>({ base: base.arms, ours: ours.arms, theirs: theirs.arms });
  const extra = mergeNamed({ base: base.extra, ours: ours.extra, theirs: theirs.extra });
  const merged = present({
    ...{ doc: whole('doc'), vary: vary.merged, mode: whole('mode'), arms: arms.merged },
    ...{ seeds: whole('seeds'), baseline: whole('baseline'), metrics: whole('metrics') },
    ...{
      lower: whole('lower'),
      prefer: whole('prefer'),
      race: whole('race'),
      limit: whole('limit'),
      extra: extra.merged,
    },
  });
  const named = (field: string, names: readonly string[]): string[] =>
    names.map((name) => `${field}.${name}`);
  return {
    merged,
    conflicts: [
      ...[...named('vary', vary.conflicts), ...named('arms', arms.conflicts)],
      ...[...conflicts, ...extra.conflicts],
    ],
  };
}

/** Without undefined fields. */
function present(fields: { [K in keyof Experiment]-?: Experiment[K] | undefined }): Experiment {
  const { doc, vary, mode, arms, seeds, baseline, metrics, lower, prefer, race, limit, extra } =
    fields;
  return {
    ...(doc === undefined ? {} : { doc }),
    ...(vary === undefined ? {} : { vary }),
    ...(mode === undefined ? {} : { mode }),
    ...(arms === undefined ? {} : { arms }),
    ...(seeds === undefined ? {} : { seeds }),
    ...(baseline === undefined ? {} : { baseline }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(lower === undefined ? {} : { lower }),
    ...(prefer === undefined ? {} : { prefer }),
    ...(race === undefined ? {} : { race }),
    ...(limit === undefined ? {} : { limit }),
    ...(extra === undefined ? {} : { extra }),
  };
}

function mergeNamed<V>(sides: ThreeSides<Readonly<Record<string, V>>>): {
  readonly merged: Readonly<Record<string, V>> | undefined;
  readonly conflicts: readonly string[];
} {
  const { base, ours, theirs } = sides;
  // Merges the presence of an empty record as well.
  const there = mergeValues(base && true, ours && true, theirs && true).value === true;
  const { merged, conflicts } = mergeRecords(base ?? {}, ours ?? {}, theirs ?? {});
  const kept = there || Object.keys(merged).length > 0;
  return { merged: kept ? merged : undefined, conflicts };
}
