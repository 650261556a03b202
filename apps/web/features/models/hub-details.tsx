import { bytes, count } from '@graft/nodes/kit/ui';
import { useId, useState, type ReactNode } from 'react';
import type { ModelKind } from '@graft/graph';
import { refusalOf } from '../../api/problem.ts';
import { OpenSettings } from '../../kit/open-settings.tsx';
import { ConvertBox, isConvertible } from './convert-box.tsx';
import { loraWords } from './lora-words.ts';
import { memoryWords, weightCount } from './memory-words.ts';
import { ModelActions } from './model-actions.tsx';
import { FactList, isTryable, Licence, MemoryLine } from './model-details.tsx';
import { kindNames } from './model-sections.ts';
import { PrecisionRow } from './precision-row.tsx';
import {
  toldFacts,
  useHubFacts,
  useHubRepo,
  type HubModelFacts,
  type OfferedRepo,
} from './use-hub.ts';
import { TryBox } from './try-box.tsx';
import type { Download, Offered } from './use-models.ts';

type HubOffer = OfferedRepo['models'][number];

interface HubDetailsProps {
  /** A reference to the repository, or to a model of it. */
  readonly name: string;
  /** The kind of model that is asked for. */
  readonly kind: ModelKind | undefined;
  readonly offered: Offered;
  readonly downloads: ReadonlyMap<string, Download>;
  /** Takes a model; undefined where nothing asks for one. */
  readonly use: ((id: string) => void) | undefined;
  /** Shows another model. */
  readonly show: (id: string) => void;
}

/** A repository of the hub: its models by precision, what each is and needs, and the ways to it. */
export function HubDetails(props: HubDetailsProps) {
  const { name } = props;
  const { repo, error, refetch } = useHubRepo(name);
  if (repo === undefined)
    return (
      <section aria-label={name} className="min-h-0 flex-1 overflow-auto px-4 py-3">
        <h3 className="text-lg font-[620] wrap-anywhere">{name.replace(/^hf:/, '')}</h3>
        <p role="status" className="mt-2 text-ink-2">
          {error === null ? 'Asking the hub …' : refusalOf(error)}
        </p>
        {error === null ? null : (
          <button type="button" className="button small mt-3" onClick={() => void refetch()}>
            Ask again
          </button>
        )}
      </section>
    );
  return <Repository key={name} {...props} repo={repo} />;
}

function Repository({
  repo,
  kind,
  offered,
  downloads,
  use,
  show,
}: HubDetailsProps & { readonly repo: OfferedRepo }) {
  const models = repo.models.toSorted((a, b) => a.size - b.size);
  const [at, setAt] = useState<string>();
  const chosen =
    models.find(({ model }) => model === at) ??
    models.find(({ model }) => model === repo.meant) ??
    models.find(
      ({ memory }) => memoryWords(withKind(memory, kind), offered.memory).fits === 'fits',
    ) ??
    models[0];
  const isClosed = repo.gated && !repo.hasToken;
  const here = offered.models.find(({ facts }) => facts.id === chosen?.model);
  const facts = useChosenFacts(chosen, toldFacts(repo, chosen?.format, kind), !isClosed);
  const convertible =
    chosen === undefined || isClosed
      ? undefined
      : {
          ...{ id: chosen.model, size: chosen.size, licence: repo.licence, format: chosen.format },
          architecture: facts.known.architecture,
          parameters: facts.known.parameters,
          isHere: here?.installed === true,
        };
  const converts = convertible !== undefined && isConvertible(convertible);
  return (
    <section aria-label={repo.repo} className="flex min-h-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 overflow-auto px-4 py-3">
        <h3 className="text-lg font-[620] wrap-anywhere">{repo.repo}</h3>
        <p className="text-ink-2">
          <a className="underline" href={repo.page} target="_blank" rel="noreferrer">
            Page on the hub
          </a>
        </p>
        {repo.gated ? <Gate repo={repo} /> : null}
        {repo.refusal === undefined ? null : <p className="mt-2 text-error">{repo.refusal}</p>}
        <div className="mt-3">
          <FactList facts={factsOf(repo, facts)} />
        </div>
        {models.length === 0 ? null : (
          <Variants
            {...{ models, chosen, offered, consent: repo.licence.consent }}
            choose={setAt}
          />
        )}
        {chosen === undefined ? null : (
          <div className="mt-3 grid gap-1">
            <MemoryLine
              model={withKind(chosen.memory, facts.known.kind ?? kind)}
              machine={offered.memory}
            />
            <p className="text-ink-2">{facts.words ?? loraLine(facts.known, chosen)}</p>
            {kind === undefined ||
            facts.known.kind === undefined ||
            facts.known.kind === kind ? null : (
              <p className="text-error">
                This is {kindNames[facts.known.kind]}, which does not fit here. Choose{' '}
                {kindNames[kind]}.
              </p>
            )}
          </div>
        )}
        {here === undefined || !isTryable(here) ? null : (
          <TryBox key={here.facts.id} of={{ id: here.facts.id }} />
        )}
        {converts ? (
          <ConvertBox
            key={convertible.id}
            {...{ of: convertible, offered, downloads, show }}
            use={kind === undefined || kind === 'language-model' ? use : undefined}
          />
        ) : null}
      </div>
      {chosen === undefined || isClosed ? null : (
        <Actions
          {...{ repo, chosen, offered, downloads, quiet: converts }}
          use={
            use === undefined ||
            (kind !== undefined && facts.known.kind !== undefined && facts.known.kind !== kind)
              ? undefined
              : () => use(chosen.model)
          }
        />
      )}
    </section>
  );
}

function Actions(props: {
  readonly repo: OfferedRepo;
  readonly chosen: HubOffer;
  readonly offered: Offered;
  readonly downloads: ReadonlyMap<string, Download>;
  readonly use: (() => void) | undefined;
  readonly quiet: boolean;
}) {
  const { repo, chosen, offered, downloads, use, quiet } = props;
  const known = offered.models.find(({ facts }) => facts.id === chosen.model);
  return (
    <ModelActions
      of={{
        ...{ id: chosen.model, size: known?.facts.size ?? chosen.size },
        ...{ received: known?.received ?? 0, licence: repo.licence },
      }}
      isHere={known?.installed === true}
      coming={downloads.get(chosen.model)}
      use={use}
      quiet={quiet}
    />
  );
}

/** How to get at a repository whose licence has to be accepted. */
function Gate({ repo }: { readonly repo: OfferedRepo }) {
  return (
    <p className="mt-2 text-working">
      You must first accept the licence of this repository.{' '}
      <a className="underline" href={repo.page} target="_blank" rel="noreferrer">
        Accept it on its page
      </a>
      {repo.hasToken
        ? '; the token of this server must belong to the account that did.'
        : ', then enter a token of your account. '}
      {repo.hasToken ? null : <OpenSettings message="HF_TOKEN" />}
    </p>
  );
}

interface VariantsProps {
  readonly models: readonly HubOffer[];
  readonly chosen: HubOffer | undefined;
  readonly choose: (model: string) => void;
  readonly offered: Offered;
  readonly consent: boolean;
}

/** The models of a repository by precision: arrows go through them. */
function Variants({ models, chosen, choose, offered, consent }: VariantsProps) {
  const group = useId();
  const formats = new Set(models.map(({ format }) => format));
  return (
    <fieldset
      className="mt-3"
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        const go = event.currentTarget.closest('section')?.querySelector<HTMLElement>('.button.go');
        // Terms are accepted at the button that names them.
        if (consent) go?.focus();
        else go?.click();
      }}
    >
      <legend className="mb-1 font-[550]">Precision</legend>
      {models.map(({ model, quant, format, size, memory, path }) => {
        const known = offered.models.find(({ facts }) => facts.id === model);
        return (
          <PrecisionRow
            key={model}
            {...{ group, title: path, value: model, size: bytes(size), memory }}
            machine={offered.memory}
            checked={model === chosen?.model}
            choose={() => choose(model)}
          >
            {quant}
            {formats.size > 1 ? <span className="text-ink-2"> · {format}</span> : null}
            {known?.installed === true ? <span className="text-ink-2"> · here</span> : null}
          </PrecisionRow>
        );
      })}
    </fieldset>
  );
}

type KnownFacts = Partial<HubModelFacts>;

interface ChosenFacts {
  readonly known: KnownFacts;
  /** Instead of what is not known: that it is being read, or why it cannot be. */
  readonly words?: string;
  readonly isReading?: true;
}

/** What the hub tells of a model, else what its header says; `words`: instead, where that is not known yet. */
function useChosenFacts(
  chosen: HubOffer | undefined,
  told: KnownFacts | undefined,
  isOpen: boolean,
): ChosenFacts {
  const isRead = told === undefined && isOpen;
  const { facts, error } = useHubFacts(isRead ? chosen?.model : undefined);
  if (told !== undefined) return { known: told };
  if (facts !== undefined) return { known: facts };
  if (chosen === undefined || !isOpen) return { known: {} };
  return error === null
    ? { known: {}, words: 'Reading what its file says …', isReading: true }
    : { known: {}, words: refusalOf(error) };
}

/** What is still read keeps its line, so that nothing moves when it comes. */
function factsOf(
  { licence }: OfferedRepo,
  { known, isReading }: ChosenFacts,
): readonly (readonly [string, ReactNode])[] {
  const { contextLength, parameters, architecture, dimension } = known;
  const coming = isReading === true ? '…' : undefined;
  const facts: readonly (readonly [string, ReactNode | undefined])[] = [
    ['Licence', <Licence {...licence} />],
    ['Context', contextLength === undefined ? coming : `${count(contextLength)} tokens`],
    ['Parameters', parameters === undefined ? coming : weightCount(parameters)],
    ['Architecture', architecture ?? coming],
    ['Vectors', dimension === undefined ? undefined : `${count(dimension)} wide`],
  ];
  return facts.filter(([, value]) => value !== undefined);
}

function loraLine({ kind, architecture }: KnownFacts, { format, quant }: HubOffer): string {
  if (kind === undefined || architecture === undefined) return '';
  const words = loraWords({ kind, format, architecture, precision: quant });
  return words === undefined ? '' : `${words}.`;
}

const withKind = (memory: number, kind: ModelKind | undefined) => ({
  memory,
  facts: { kind: kind ?? 'language-model' },
});
