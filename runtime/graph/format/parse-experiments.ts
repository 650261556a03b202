import { namePattern } from '../base/names.ts';
import { isRecord } from '../base/record.ts';
import type {
  Arm,
  Experiment,
  ExperimentLimit,
  Experiments,
  Race,
  VaryMode,
} from './experiment.ts';
import type { GraphNode } from './graph-body.ts';
import { unknownFields } from './json-reader.ts';

/** How the reader of the whole file reports problems and reads nodes. */
export interface ExperimentReader {
  /** Throws, with the location in the file: `experiments.sizes.vary.chunk.size`. */
  readonly bad: (message: string, field: string) => never;
  readonly node: (value: unknown, field: string) => GraphNode;
}

const experimentFields = new Set([
  'doc',
  'vary',
  'mode',
  'arms',
  'seeds',
  'baseline',
  'metrics',
  'lower',
  'prefer',
  'race',
  'limit',
]);
const armFields = new Set(['set', 'bypass', 'replace']);
const raceFields = new Set(['looks', 'error']);
const limitFields = new Set(['variants', 'minutes']);
/** The error is split over the looks: with more, a race would never drop anybody. */
const mostLooks = 50;
/** Below this, the confidence of the intervals rounds to 1, and there is no interval. */
const leastError = 1e-6;
/** Letters, spaces and signs, on one line. */
const armName = /^(?! )[^\p{Cc}]{1,100}(?<! )$/u;

/** Reads the `experiments` of a graph file. */
export function parseExperiments(value: unknown, reader: ExperimentReader): Experiments {
  const record = recordAt(value, 'experiments', reader);
  const experiments: Record<string, Experiment> = {};
  for (const [name, experiment] of Object.entries(record)) {
    if (!namePattern.test(name)) {
      reader.bad(
        `${JSON.stringify(name.slice(0, 200))} is not a valid experiment name. Use letters, digits, "-" and "_", and begin with a letter or digit.`,
        'experiments',
      );
    }
    experiments[name] = readExperiment(experiment, `experiments.${name}`, reader);
  }
  return experiments;
}

function readExperiment(value: unknown, field: string, reader: ExperimentReader): Experiment {
  const record = recordAt(value, field, reader);
  const at = (name: string): string => `${field}.${name}`;
  const extra = unknownFields(record, experimentFields);
  const { doc, vary, mode, arms, seeds, baseline, metrics, lower, prefer, race, limit } = record;
  return {
    ...(doc === undefined ? {} : { doc: textAt(doc, at('doc'), reader) }),
    ...(vary === undefined ? {} : { vary: readVary(vary, at('vary'), reader) }),
    ...(mode === undefined ? {} : { mode: readMode(mode, at('mode'), reader) }),
    ...(arms === undefined ? {} : { arms: readArms(arms, at('arms'), reader) }),
    ...(seeds === undefined ? {} : { seeds: readSeeds(seeds, at('seeds'), reader) }),
    ...(baseline === undefined ? {} : { baseline: textAt(baseline, at('baseline'), reader) }),
    ...(metrics === undefined ? {} : { metrics: textsAt(metrics, at('metrics'), reader) }),
    ...(lower === undefined ? {} : { lower: textsAt(lower, at('lower'), reader) }),
    ...(prefer === undefined ? {} : { prefer: textsAt(prefer, at('prefer'), reader) }),
    ...(race === undefined || race === false ? {} : { race: readRace(race, at('race'), reader) }),
    ...(limit === undefined ? {} : { limit: readLimit(limit, at('limit'), reader) }),
    ...(extra === undefined ? {} : { extra }),
  };
}

function readVary(
  value: unknown,
  field: string,
  reader: ExperimentReader,
): Record<string, readonly unknown[]> {
  const record = recordAt(value, field, reader);
  return Object.fromEntries(
    Object.entries(record).map(([key, values]): [string, readonly unknown[]] => {
      if (Array.isArray(values)) return [key, values];
      return reader.bad('This should be a list of the values to try.', `${field}.${key}`);
    }),
  );
}

function readMode(value: unknown, field: string, reader: ExperimentReader): VaryMode {
  if (value === 'grid' || value === 'list') return value;
  return reader.bad(
    '"mode" should be "grid" (every combination) or "list" (the first values together, then the second ones …).',
    field,
  );
}

function readArms(value: unknown, field: string, reader: ExperimentReader): Record<string, Arm> {
  const record = recordAt(value, field, reader);
  return Object.fromEntries(
    Object.entries(record).map(([name, arm]): [string, Arm] => {
      if (armName.test(name)) return [name, readArm(arm, `${field}.${name}`, reader)];
      return reader.bad(
        `${JSON.stringify(name.slice(0, 200))} is not a valid name of a variant. Use up to 100 characters on one line, without spaces at either end.`,
        field,
      );
    }),
  );
}

function readArm(value: unknown, field: string, reader: ExperimentReader): Arm {
  const record = recordAt(value, field, reader);
  const extra = unknownFields(record, armFields);
  const { set, bypass, replace } = record;
  return {
    ...(set === undefined ? {} : { set: recordAt(set, `${field}.set`, reader) }),
    ...(bypass === undefined ? {} : { bypass: textsAt(bypass, `${field}.bypass`, reader) }),
    ...(replace === undefined ? {} : { replace: readNodes(replace, `${field}.replace`, reader) }),
    ...(extra === undefined ? {} : { extra }),
  };
}

function readNodes(
  value: unknown,
  field: string,
  reader: ExperimentReader,
): Record<string, GraphNode> {
  const record = recordAt(value, field, reader);
  return Object.fromEntries(
    Object.entries(record).map(([id, node]): [string, GraphNode] => [
      id,
      reader.node(node, `${field}.${id}`),
    ]),
  );
}

function readSeeds(value: unknown, field: string, reader: ExperimentReader): readonly number[] {
  const isSeed = (seed: unknown): seed is number => Number.isSafeInteger(seed);
  if (Array.isArray(value) && value.every(isSeed)) return value;
  return reader.bad('"seeds" should be a list of whole numbers.', field);
}

function readRace(value: unknown, field: string, reader: ExperimentReader): true | Race {
  if (value === true) return true;
  if (!isRecord(value)) {
    return reader.bad('"race" should be true, or an object with "looks" and "error".', field);
  }
  const extra = unknownFields(value, raceFields);
  const { looks, error } = value;
  const isLooks = Number.isSafeInteger(looks) && Number(looks) >= 2 && Number(looks) <= mostLooks;
  if (looks !== undefined && !isLooks) {
    reader.bad(
      `This should be a whole number from 2 to ${String(mostLooks)}, because the last look drops no variant.`,
      `${field}.looks`,
    );
  }
  // At one half and above, no interval has so little confidence.
  if (error !== undefined && !(typeof error === 'number' && error >= leastError && error < 0.5)) {
    reader.bad('This should be a probability, from 0.000001 to below 0.5.', `${field}.error`);
  }
  return {
    ...(typeof looks === 'number' ? { looks } : {}),
    ...(typeof error === 'number' ? { error } : {}),
    ...(extra === undefined ? {} : { extra }),
  };
}

function readLimit(value: unknown, field: string, reader: ExperimentReader): ExperimentLimit {
  const record = recordAt(value, field, reader);
  const extra = unknownFields(record, limitFields);
  const { variants, minutes } = record;
  if (variants !== undefined && !(Number.isSafeInteger(variants) && Number(variants) >= 1)) {
    reader.bad('This should be a whole number of 1 or more.', `${field}.variants`);
  }
  if (minutes !== undefined && !(typeof minutes === 'number' && minutes > 0)) {
    reader.bad('This should be a number of minutes above 0.', `${field}.minutes`);
  }
  return {
    ...(typeof variants === 'number' ? { variants } : {}),
    ...(typeof minutes === 'number' ? { minutes } : {}),
    ...(extra === undefined ? {} : { extra }),
  };
}

function recordAt(
  value: unknown,
  field: string,
  reader: ExperimentReader,
): Record<string, unknown> {
  return isRecord(value) ? value : reader.bad('This should be an object.', field);
}

function textAt(value: unknown, field: string, reader: ExperimentReader): string {
  return typeof value === 'string' ? value : reader.bad('This should be text.', field);
}

function textsAt(value: unknown, field: string, reader: ExperimentReader): readonly string[] {
  const isText = (entry: unknown): entry is string => typeof entry === 'string';
  if (Array.isArray(value) && value.every(isText)) return value;
  return reader.bad('This should be a list of strings.', field);
}
