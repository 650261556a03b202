/** A setting of a variant in words: `size`, `256 tokens`. */
export interface SettingWords {
  readonly title: string;
  readonly value: string;
}

/** The settings that make a variant, in words; undefined if a person named it. */
export type WordsOfVariant = (variant: string) => readonly SettingWords[] | undefined;

/** The most variants that a sentence names. */
const named = 3;

/** The most values of a setting that a sentence names. */
const namedValues = 8;

/** Some variants within a sentence. */
export interface NamedVariants {
  readonly text: string;
  readonly isOne: boolean;
}

function listed(names: readonly string[], last: string): string {
  const end = names.at(-1) ?? '';
  return names.length < 2 ? end : `${names.slice(0, -1).join(', ')} ${last} ${end}`;
}

/** `size 256 tokens with mode hybrid and top k 3` */
function joined(parts: readonly string[]): string {
  const [first = '', ...others] = parts;
  return others.length === 0 ? first : `${first} with ${listed(others, 'and')}`;
}

const written = (settings: readonly SettingWords[]): string =>
  joined(settings.map(({ title, value }) => `${title} ${value}`));

/**
 * Variants that are all combinations of some values, said once: `size 256 tokens with mode bm25 or hybrid`. A setting
 * with every value of the table says nothing: `the 4 variants with mode dense`.
 */
function asGrid(
  own: readonly (readonly SettingWords[])[],
  all: readonly (readonly SettingWords[])[],
): string | undefined {
  const titles = own[0]?.map(({ title }) => title) ?? [];
  const isAlike = (settings: readonly SettingWords[]): boolean =>
    settings.length === titles.length && settings.every(({ title }, at) => title === titles[at]);
  if (titles.length === 0 || !own.every(isAlike)) return undefined;
  const valuesIn = (some: readonly (readonly SettingWords[])[], at: number): readonly string[] => [
    ...new Set(some.map((settings) => settings[at]?.value ?? '')),
  ];
  const values = titles.map((_, at) => valuesIn(own, at));
  const combinations = new Set(own.map((settings) => JSON.stringify(settings)));
  const size = values.reduce((product, list) => product * list.length, 1);
  if (combinations.size !== size || own.length !== size) return undefined;
  if (values.some((list) => list.length > namedValues)) return undefined;
  const alike = all.filter(isAlike);
  const telling = titles.flatMap((title, at) => {
    const list = values[at] ?? [];
    const isAny = list.length > 1 && list.length === valuesIn(alike, at).length;
    return isAny ? [] : [`${title} ${listed(list, 'or')}`];
  });
  if (telling.length === 0) return undefined;
  return telling.length === titles.length
    ? joined(telling)
    : `the ${own.length} variants with ${listed(telling, 'and')}`;
}

/** Names some variants of a table within a sentence: three at most, unless they are a grid of settings. */
export function nameVariants(
  variants: readonly string[],
  all: readonly string[],
  words: WordsOfVariant,
): NamedVariants {
  const isOne = variants.length === 1;
  const own = variants.map((variant) => words(variant));
  const known = own.filter((settings) => settings !== undefined);
  if (!isOne && known.length === own.length) {
    const grid = asGrid(
      known,
      all.flatMap((variant) => {
        const settings = words(variant);
        return settings === undefined ? [] : [settings];
      }),
    );
    if (grid !== undefined) return { text: grid, isOne };
  }
  const names = variants.slice(0, named).map((variant, at) => {
    const settings = own[at];
    return settings === undefined ? `“${variant}”` : written(settings);
  });
  const rest = variants.length - names.length;
  if (rest > 0) names.push(`${rest} more`);
  return { text: listed(names, 'and'), isOne };
}
