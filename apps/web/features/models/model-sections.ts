import { matchesWords, modelWords, type ModelKind } from '@graft/graph';
import type { Download, OfferedModel } from './use-models.ts';

/** A model, with the other names of the same file. */
export type NamedModel = OfferedModel & { readonly also?: readonly string[] };

export interface ModelSection {
  readonly id: 'here' | 'recommended' | 'catalogue';
  readonly title: string;
  readonly models: readonly NamedModel[];
}

interface Wanted {
  readonly kind: ModelKind | undefined;
  readonly search: string;
  /** The id of the model that is chosen now. */
  readonly current?: string;
  /** Downloads under way or failed, by model. */
  readonly coming: ReadonlyMap<string, Download>;
}

/** A model of a kind, in a sentence. */
export const kindNames: Readonly<Record<ModelKind, string>> = {
  embedder: 'an embedder',
  'cross-encoder': 'a cross-encoder',
  'language-model': 'a language model',
};

/** The one to take where nobody has a preference comes first; the others keep their order. */
const bestFirst = (a: OfferedModel, b: OfferedModel): number =>
  Number(b.recommended?.best === true) - Number(a.recommended?.best === true);

const titles = {
  here: 'On this computer',
  recommended: 'Recommended',
  catalogue: 'In the catalogue',
} as const;

/** The models that match a search, in sections; empty sections are left out. */
export function modelSections(
  models: readonly OfferedModel[],
  { kind, search, coming, current }: Wanted,
): readonly ModelSection[] {
  const found = oneRowEach(
    models.filter(
      (model) => (kind === undefined || model.facts.kind === kind) && matches(model, search),
    ),
    current,
  );
  const placeOf = (model: OfferedModel): ModelSection['id'] => {
    if (model.installed || model.received > 0 || coming.has(model.facts.id)) return 'here';
    return model.recommended === undefined ? 'catalogue' : 'recommended';
  };
  return (['here', 'recommended', 'catalogue'] as const)
    .map((id) => ({
      id,
      title: titles[id],
      models: found.filter((model) => placeOf(model) === id).toSorted(bestFirst),
    }))
    .filter((section) => section.models.length > 0);
}

/** One row for each file: under the name that is chosen now, else under its first. */
function oneRowEach(
  models: readonly OfferedModel[],
  current: string | undefined,
): readonly NamedModel[] {
  const byFile = new Map<string, OfferedModel[]>();
  for (const model of models) {
    const file = model.origin?.path ?? `model ${model.facts.id}`;
    byFile.set(file, [...(byFile.get(file) ?? []), model]);
  }
  return [...byFile.values()].flatMap((same): readonly NamedModel[] => {
    const shown = same.find(({ facts }) => facts.id === current) ?? same[0];
    if (shown === undefined || same.length === 1) return same;
    const also = same.flatMap((other) => (other === shown ? [] : [other.facts.title]));
    return [{ ...shown, also }];
  });
}

/** Whether every typed word occurs in the names or facts of a model. */
function matches({ facts, dtype, licence, origin }: OfferedModel, search: string): boolean {
  const texts = [facts.title, facts.id, facts.architecture, facts.format, dtype, licence.id];
  return matchesWords(modelWords(search), [...texts, origin?.tool ?? '']);
}
