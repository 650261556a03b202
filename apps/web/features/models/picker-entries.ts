import { matchesWords, modelWords } from '@graft/graph';
import { hostOf, serverRow } from '@graft/view';
import type { modelSections, NamedModel } from './model-sections.ts';
import type { FoundRepo } from './use-hub.ts';
import type { RunningServer } from './use-servers.ts';

/** What stands in the picker's list. Ids are unique in it. */
export type Entry =
  | { readonly kind: 'model'; readonly id: string; readonly model: NamedModel }
  | { readonly kind: 'repo'; readonly id: string; readonly found?: FoundRepo }
  /** Absent: a server whose address is typed. */
  | { readonly kind: 'server'; readonly id: string; readonly server?: RunningServer };

export interface EntrySection {
  readonly id: string;
  readonly title: string;
  readonly entries: readonly Entry[];
}

export interface PickerParts {
  readonly search: string;
  /** The reference that is typed in full. */
  readonly named: string | undefined;
  readonly known: ReturnType<typeof modelSections>;
  readonly found: readonly FoundRepo[];
  /** Absent: servers cannot be used here. */
  readonly servers: readonly RunningServer[] | undefined;
}

/**
 * The list in its order: what is named in full, models of this computer, its servers, the catalogue, which is long, and
 * the hub, whose results come last and move nothing. Empty sections are left out.
 */
export function entrySections(parts: PickerParts): readonly EntrySection[] {
  const { search, named, known, found, servers } = parts;
  const local = known.map(({ models, ...section }): EntrySection => ({
    ...section,
    entries: models.map((model) => ({ kind: 'model', id: model.facts.id, model })),
  }));
  const isHere = ({ id }: EntrySection): boolean => id === 'here';
  const isKnown = local.some(({ entries }) => entries.some(({ id }) => id === named));
  const byName: readonly Entry[] =
    isKnown || named === undefined ? [] : [{ kind: 'repo', id: named }];
  const repos = found
    .map((each): Entry => ({ kind: 'repo', id: `hf:${each.repo}`, found: each }))
    .filter(({ id }) => id !== named);
  return [
    { id: 'named', title: 'By name', entries: byName },
    ...local.filter(isHere),
    {
      ...{ id: 'servers', title: 'Running servers' },
      entries: servers === undefined ? [] : serverEntries(servers, search),
    },
    ...local.filter((section) => !isHere(section)),
    { id: 'hub', title: 'From the hub', entries: repos },
  ].filter(({ entries }) => entries.length > 0);
}

function serverEntries(servers: readonly RunningServer[], search: string): readonly Entry[] {
  const words = modelWords(search);
  const isMeant = (...texts: readonly string[]): boolean => matchesWords(words, texts);
  return [
    ...servers
      .filter(({ program = '', url, models }) => isMeant(program, hostOf(url), ...models))
      .map((server): Entry => ({ kind: 'server', id: serverRow(server.url), server })),
    ...(isMeant('another server openai address')
      ? [{ kind: 'server', id: 'server' } as const]
      : []),
  ];
}
