import { count, bytes } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { queries } from '../../api/client.ts';
import { ConvertBox, isConvertible } from './convert-box.tsx';
import { loraWords } from './lora-words.ts';
import { memoryWords, weightCount } from './memory-words.ts';
import { ModelActions } from './model-actions.tsx';
import { licenceWords } from './model-row.tsx';
import { TryBox } from './try-box.tsx';
import type { NamedModel } from './model-sections.ts';
import type { Download, Offered, OfferedModel } from './use-models.ts';

const tones = { fits: 'text-ink-2', tight: 'text-working', 'too-large': 'text-error' } as const;

/** Whether a model has room in the memory of this machine. */
export function MemoryLine(props: {
  readonly model: Parameters<typeof memoryWords>[0];
  readonly machine: Offered['memory'];
}) {
  const { fits, words } = memoryWords(props.model, props.machine);
  return <p className={tones[fits]}>{words}.</p>;
}

/** A name and what it is, one below the other. */
export function FactList({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-2">{name}</dt>
          <dd className="min-w-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A licence, with its page where one is known. */
export function Licence({ id, url }: { readonly id: string; readonly url?: string | undefined }) {
  if (url === undefined) return licenceWords(id);
  return (
    <a className="underline" href={url} target="_blank" rel="noreferrer">
      {licenceWords(id)}
    </a>
  );
}

/** What is claimed for a model that is here; undefined until that is known, and where nobody can tell. */
function useClaim(id: string, isHere: boolean) {
  const { data } = useQuery({
    ...queries.models.memory.queryOptions({ id }),
    enabled: isHere,
    // It depends on the file and the machine alone.
    staleTime: Infinity,
  });
  return data ?? undefined;
}

/** Whether a model is here and answers prompts. */
export function isTryable({ installed, unusable, facts }: OfferedModel): boolean {
  const isAnswering = facts.kind === 'language-model' && facts.format === 'gguf';
  return installed && unusable === undefined && isAnswering;
}

interface ModelDetailsProps {
  readonly model: NamedModel;
  readonly offered: Offered;
  readonly downloads: ReadonlyMap<string, Download>;
  /** Takes a model; undefined where nothing asks for one. */
  readonly use: ((id: string) => void) | undefined;
  readonly show: (id: string) => void;
}

/** A model: what it is, what it needs of this machine, and what can be done with it. */
export function ModelDetails({ model, offered, downloads, use, show }: ModelDetailsProps) {
  const { facts, licence, installed, received, dtype } = model;
  const { origin, unusable, recommended, tested, also } = model;
  const { id, kind, format, architecture, size, parameters } = facts;
  const claim = useClaim(id, isTryable(model));
  const convertible = { id, size, licence, format, architecture, parameters, isHere: installed };
  const lora = loraWords({ kind, format, architecture, precision: dtype });
  const known: readonly (readonly [string, ReactNode] | undefined)[] = [
    ['Name', <code className="font-mono text-[11.5px]">{id}</code>],
    also === undefined ? undefined : ['Also named', also.join(', ')],
    parameters === undefined ? undefined : ['Parameters', weightCount(parameters)],
    ['Format', `${format}, ${dtype}`],
    ['Size', bytes(size)],
    facts.dimension === undefined ? undefined : ['Vectors', `${count(facts.dimension)} wide`],
    ['Context', `${count(facts.contextLength)} tokens`],
    ['Licence', <Licence {...licence} />],
    origin === undefined
      ? undefined
      : ['File', <code className="font-mono text-[11.5px]">{origin.path}</code>],
  ];
  return (
    <section aria-label={facts.title} className="flex min-h-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 overflow-auto px-4 py-3">
        <h3 className="text-lg font-[620] wrap-anywhere">{facts.title}</h3>
        {origin === undefined ? null : (
          <p className="text-ink-2">Used in place from {origin.tool}.</p>
        )}
        {recommended === undefined ? null : <p className="text-ink-2">{recommended.reason}</p>}
        <div className="mt-3">
          <FactList facts={known.filter((fact) => fact !== undefined)} />
        </div>
        <div className="mt-3 grid gap-1">
          {unusable === undefined ? null : <p className="text-error">{unusable}</p>}
          {/* The room of what is still asked, so that nothing below moves under the pointer. */}
          <div className={isTryable(model) ? 'grid min-h-[62px] content-start gap-1' : ''}>
            <MemoryLine model={{ ...model, claim }} machine={offered.memory} />
            {claim?.copy === undefined ? null : (
              <p className="text-ink-2">
                Its first run makes a copy that loads faster, once: {bytes(claim.copy)}.
              </p>
            )}
          </div>
          {lora === undefined ? null : <p className="text-ink-2">{lora}.</p>}
          {tested === undefined ? null : <p className="text-ink-2">{tested}</p>}
        </div>
        {isTryable(model) ? <TryBox of={{ id }} /> : null}
        {isConvertible(convertible) ? (
          <ConvertBox {...{ of: convertible, offered, downloads, use, show }} />
        ) : null}
      </div>
      {unusable !== undefined ? null : (
        <ModelActions
          of={{ id, size, received, licence }}
          isHere={installed}
          coming={downloads.get(id)}
          use={use === undefined ? undefined : () => use(id)}
          quiet={isConvertible(convertible)}
        />
      )}
    </section>
  );
}
