import { bytes, count, plural } from '@graft/nodes/kit/ui';
import { hostOf } from '@graft/view';
import type { ReactNode } from 'react';
import { percentOf, shareOf } from './downloads-line.ts';
import { weightCount } from './memory-words.ts';
import type { FoundRepo } from './use-hub.ts';
import type { NamedModel } from './model-sections.ts';
import type { Download } from './use-models.ts';
import type { RunningServer } from './use-servers.ts';

interface RowProps {
  readonly id: string;
  readonly isShown: boolean;
  readonly show: () => void;
  /** What a double click does. */
  readonly choose: () => void;
}

function Row(
  props: RowProps & {
    readonly name: ReactNode;
    readonly facts: readonly (string | undefined)[];
    readonly chip?: ReactNode;
    /** Below the facts, as far as it has room. */
    readonly reason?: string | undefined;
    readonly dead?: boolean;
  },
) {
  const { id, isShown, show, choose, name, facts, chip, reason, dead = false } = props;
  return (
    <div
      id={id}
      role="option"
      aria-selected={isShown}
      aria-disabled={dead}
      className="cursor-default rounded-[7px] px-2.5 py-1.5 hover:bg-paper aria-selected:bg-accent-soft"
      onClick={show}
      onDoubleClick={choose}
    >
      <div className="flex items-baseline gap-2">
        <span className={`min-w-0 flex-1 truncate ${dead ? 'text-ink-2' : ''}`}>{name}</span>
        {chip}
      </div>
      <div className="truncate text-sm text-ink-2 tabular-nums">
        {facts.filter((fact) => fact !== undefined).join(' · ')}
      </div>
      {reason === undefined ? null : <div className="text-sm text-ink-2">{reason}</div>}
    </div>
  );
}

function StateChip({ model, coming }: ModelState) {
  const { facts, installed, received } = model;
  const [tone, words] =
    coming?.problem !== undefined
      ? ['bad', 'failed']
      : coming !== undefined
        ? [
            'working',
            `${coming.madeOf === undefined ? 'downloading' : 'converting'}${shareOf(coming) === undefined ? '' : ` ${percentOf(shareOf(coming) ?? 0)}`}`,
          ]
        : !installed && received > 0
          ? ['plain', `paused at ${percentOf(received / facts.size)}`]
          : ['plain', undefined];
  return words === undefined ? null : (
    <span className="chip shrink-0 bg-panel" data-tone={tone}>
      {words}
    </span>
  );
}

interface ModelState {
  readonly model: NamedModel;
  readonly coming: Download | undefined;
}

/** A model of this computer or of the catalogue: a click shows it, a double click takes it. */
export function ModelRow(
  props: RowProps &
    ModelState & {
      /** It is the one that the parameter has. */
      readonly isCurrent: boolean;
    },
) {
  const { model, isCurrent, coming } = props;
  const { facts, licence, imported, origin, unusable, recommended, also } = model;
  const isHub = facts.id.startsWith('hf:');
  return (
    <Row
      {...props}
      dead={unusable !== undefined}
      name={
        <>
          <b className="font-[550]" title={facts.id}>
            {facts.title}
          </b>
          {isCurrent ? <span className="text-ink-2"> · chosen now</span> : null}
        </>
      }
      facts={
        unusable !== undefined
          ? [unusable]
          : [
              facts.parameters === undefined ? undefined : weightCount(facts.parameters),
              bytes(facts.size),
              licenceWords(licence.id),
              origin?.tool ?? (imported && !isHub ? 'imported' : undefined),
              also === undefined ? undefined : `also ${also.join(', ')}`,
            ]
      }
      reason={recommended?.best === true && !model.installed ? recommended.reason : undefined}
      chip={<StateChip model={model} coming={coming} />}
    />
  );
}

/** The hub names no licence where the owner of a repository gave none. */
export const licenceWords = (id: string): string => (id === 'unknown' ? 'no licence given' : id);

/** A repository of the hub, found or named in full. */
export function RepoRow(
  props: RowProps & {
    readonly name: string;
    readonly found?: FoundRepo | undefined;
    /** A model of it is on this computer. */
    readonly isHere: boolean;
  },
) {
  const { name, found, isHere } = props;
  const [owner = '', ...rest] = name.split('/');
  return (
    <Row
      {...props}
      name={
        <>
          <span className="text-ink-2">{owner}/</span>
          <b className="font-[550]">{rest.join('/')}</b>
        </>
      }
      facts={
        found === undefined
          ? [isHere ? 'on this computer' : 'on the hub']
          : [
              isHere ? 'on this computer' : undefined,
              found.gguf?.parameters === undefined ? undefined : weightCount(found.gguf.parameters),
              licenceWords(found.licence),
              `${count(found.downloads)} downloads`,
              found.gated ? 'licence to accept first' : undefined,
            ]
      }
    />
  );
}

/** A server of models: one that runs, or the way to another. */
export function ServerRow(props: RowProps & { readonly server: RunningServer | undefined }) {
  const { server } = props;
  return (
    <Row
      {...props}
      name={<b className="font-[550]">{server?.program ?? 'Another server …'}</b>}
      facts={
        server === undefined
          ? ['test the connection to an OpenAI-compatible address']
          : [hostOf(server.url), plural(server.models.length, 'model')]
      }
      reason={
        server === undefined
          ? undefined
          : `asks the running ${server.program ?? 'server'}; nothing is loaded here`
      }
    />
  );
}
