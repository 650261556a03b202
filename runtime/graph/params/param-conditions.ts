import { own } from '../base/record.ts';

/** A number above `over`, or below `below`. */
interface NumberRange {
  readonly over?: number;
  readonly below?: number;
}

type Wanted<Value> =
  readonly (Value extends readonly (infer Entry)[] ? Entry : Value)[] | NumberRange;

/**
 * What other parameters must be for one to count, all of them: one of some values, or a number in a range. A list is one
 * of them where it has such an entry, or none at all, which stands for all that there are.
 */
export type ParamCondition<Params = Readonly<Record<string, unknown>>> = {
  readonly [Name in keyof Params]?: Wanted<Params[Name]>;
};

/** For each parameter that does not count always: a condition, or several of which one is enough. */
export type ParamConditions<Params = Readonly<Record<string, unknown>>> = {
  readonly [Name in keyof Params]?: ParamCondition<Params> | readonly ParamCondition<Params>[];
};

/** The conditions of a parameter, of which one is enough; none: it always counts. */
export function conditionsOf(
  { when = {} }: { readonly when?: ParamConditions },
  name: string,
): readonly ParamCondition[] {
  const given = own(when, name);
  return given === undefined ? [] : isSeveral(given) ? given : [given];
}

/**
 * Whether a parameter may count. `valuesOf` gives what another one may be: its value, those that are tried; undefined:
 * anything.
 */
export function paramCounts(
  definition: { readonly when?: ParamConditions },
  name: string,
  valuesOf: (name: string) => readonly unknown[] | undefined,
): boolean {
  const conditions = conditionsOf(definition, name);
  return (
    conditions.length === 0 ||
    conditions.some((condition) =>
      Object.entries(condition).every(([other, wanted]) => {
        const values = valuesOf(other);
        return (
          wanted === undefined ||
          values === undefined ||
          values.some((value) => isWanted(value, wanted))
        );
      }),
    )
  );
}

/** `method cross-encoder`, `quality over 0 and trustWeight over 0`, several with “or” between. */
export function conditionText(conditions: readonly ParamCondition[]): string {
  return conditions
    .map((condition) =>
      Object.entries(condition)
        .flatMap(([name, wanted]) => (wanted === undefined ? [] : [`${name} ${inWords(wanted)}`]))
        .join(' and '),
    )
    .join(', or ');
}

function isSeveral(
  given: ParamCondition | readonly ParamCondition[],
): given is readonly ParamCondition[] {
  return Array.isArray(given);
}

function isRange(wanted: Wanted<unknown>): wanted is NumberRange {
  return !Array.isArray(wanted);
}

function isWanted(value: unknown, wanted: Wanted<unknown>): boolean {
  if (isRange(wanted)) {
    const { over = -Infinity, below = Infinity } = wanted;
    return typeof value === 'number' && value > over && value < below;
  }
  if (!Array.isArray(value)) return wanted.includes(value);
  return value.length === 0 || value.some((entry) => wanted.includes(entry));
}

function inWords(wanted: Wanted<unknown>): string {
  if (!isRange(wanted)) return wanted.map(String).join(' | ');
  const { over, below } = wanted;
  return [
    ...(over === undefined ? [] : [`over ${over}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ].join(' and ');
}
