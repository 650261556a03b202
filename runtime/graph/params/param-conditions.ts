import { own } from '../base/record.ts';

/** A number above `over`, or below `below`. */
interface NumberRange {
  readonly over?: number;
  readonly below?: number;
}

type Wanted<Value> =
  readonly (Value extends readonly (infer Entry)[] ? Entry : Value)[] | NumberRange;

/**
 * Conditions on other parameters, all of which must hold: one of some values, or a number in a range. A list satisfies
 * it with such an entry, or if it is empty, which means all.
 */
export type ParamCondition<Params = Readonly<Record<string, unknown>>> = {
  readonly [Name in keyof Params]?: Wanted<Params[Name]>;
};

/** For each parameter that does not always apply: a condition, or alternatives. */
export type ParamConditions<Params = Readonly<Record<string, unknown>>> = {
  readonly [Name in keyof Params]?: ParamCondition<Params> | readonly ParamCondition<Params>[];
};

/** The alternative conditions of a parameter; none: it always applies. */
export function conditionsOf(
  { when = {} }: { readonly when?: ParamConditions },
  name: string,
): readonly ParamCondition[] {
  const given = own(when, name);
  return given === undefined ? [] : isSeveral(given) ? given : [given];
}

/**
 * Whether a parameter may apply. `valuesOf` gives the possible values of another parameter: its own, or those tried;
 * undefined: any.
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

/** `method is cross-encoder`, `quality is over 0 and trustWeight is over 0`, several with “or” between. */
export function conditionText(conditions: readonly ParamCondition[]): string {
  return conditions
    .map((condition) =>
      Object.entries(condition)
        .flatMap(([name, wanted]) =>
          wanted === undefined ? [] : [`${name} is ${inWords(wanted)}`],
        )
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
  if (!isRange(wanted)) return wanted.map(String).join(' or ');
  const { over, below } = wanted;
  return [
    ...(over === undefined ? [] : [`over ${over}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ].join(' and ');
}
