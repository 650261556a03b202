import { parseHubReference, usableParameters, type HubReference } from '@graft/graph';
import type { Catalogue, ListedModel } from './catalogue-contract.ts';
import { fitOfModels, type ModelMachine } from './fitting-models.ts';
import { chosenVariant } from './hub-choice.ts';
import type { SelectedModel } from './selected-model.ts';

/** A language model to take in place of the small default, which the hub has. */
export interface SuggestedModel extends Pick<SelectedModel, 'id' | 'title' | 'licence'> {
  /** Bytes of its weights, as the hub states them. */
  readonly size: number;
  /** Why it suits this machine, in one sentence. */
  readonly reason: string;
}

/** Milliseconds to wait for the hub. Long enough for a busy machine; a slower hub is no good for a download. */
const patience = 15_000;

/**
 * The language model that suits a machine best, for somebody who has neither decided nor a model for more than trying
 * out. Undefined also where the hub does not answer or asks for terms to be accepted.
 */
export async function suggestedModel(
  catalogue: Pick<Catalogue, 'hub' | 'list' | 'preferences' | 'selection'>,
  machine: ModelMachine,
  signal: AbortSignal,
): Promise<SuggestedModel | undefined> {
  const { hub, preferences, selection } = catalogue;
  if (preferences.of('language-model') !== undefined) return undefined;
  const best = fitOfModels(selection, machine).find((each) => each.best === true);
  const reference = parseHubReference(best?.model.id ?? '');
  if (best === undefined || reference === undefined) return undefined;
  const { model, reason } = best;
  if (model.parameters < usableParameters) return undefined;
  if (hasUsableModel(await catalogue.list())) return undefined;
  const size = await sizeOnHub(hub, reference, signal);
  const { id, title, licence } = model;
  return size === undefined ? undefined : { id, title, licence, size, reason };
}

/** Whether a language model for more than trying out is here, or on its way. */
export function hasUsableModel(listed: readonly ListedModel[]): boolean {
  return listed.some(
    ({ installed, partial, facts: { kind, parameters = usableParameters, unusable } }) =>
      ((installed && unusable === undefined) || partial > 0) &&
      kind === 'language-model' &&
      parameters >= usableParameters,
  );
}

/** Bytes; undefined: it cannot be had. */
async function sizeOnHub(
  hub: Catalogue['hub'],
  reference: HubReference,
  signal: AbortSignal,
): Promise<number | undefined> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  try {
    const repo = await hub.repo(reference.repo, reference.revision, limit);
    if (repo.gated) return undefined;
    return chosenVariant(repo, reference).files.reduce((sum, { size }) => sum + size, 0);
  } catch {
    return undefined;
  }
}
