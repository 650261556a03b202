import { bytes, count } from '@graft/nodes/kit/ui';
import { report } from '../../api/graphs/graph-file.ts';
import { DownloadButton, DownloadProgress } from './download.tsx';
import { memoryWords, weightCount } from './memory-words.ts';
import { cancelDownload, type Download, type Offered, type OfferedModel } from './use-models.ts';

interface ModelDetailsProps {
  readonly model: OfferedModel;
  readonly machine: Offered['memory'];
  readonly coming: Download | undefined;
  readonly choose: () => void;
}

/** A model: what it is, what it needs of this machine, and what can be done with it. */
export function ModelDetails({ model, machine, coming, choose }: ModelDetailsProps) {
  const { facts, licence, installed } = model;
  const { fits, words } = memoryWords(model, machine);
  const parts = [
    facts.id,
    facts.format,
    facts.parameters === undefined ? undefined : `${weightCount(facts.parameters)} parameters`,
    facts.dimension === undefined ? undefined : `${facts.dimension} wide`,
    `${count(facts.contextLength)} tokens of context`,
    `${bytes(facts.size)} on disk`,
  ];
  return (
    <section aria-label={facts.title} className="shrink-0 border-t border-line px-4 py-3">
      <p className="text-ink-2">{parts.filter((part) => part !== undefined).join(' · ')}</p>
      <p className="mt-0.5">
        <span
          className={
            fits === 'fits' ? 'text-ink-2' : fits === 'tight' ? 'text-working' : 'text-error'
          }
        >
          {words}.
        </span>{' '}
        <span className="text-ink-2">
          Licence:{' '}
          {licence.url === undefined ? (
            licence.id
          ) : (
            <a className="underline" href={licence.url} target="_blank" rel="noreferrer">
              {licence.id}
            </a>
          )}
          .
        </span>
      </p>
      <div className="mt-3 flex items-center gap-2">
        <div className="min-w-0 flex-1">
          {coming === undefined ? null : <DownloadProgress coming={coming} />}
        </div>
        {coming !== undefined && coming.problem === undefined ? (
          <button
            type="button"
            className="button"
            onClick={() => void cancelDownload(facts.id).catch(report)}
          >
            Cancel download
          </button>
        ) : installed ? null : (
          <DownloadButton model={model} />
        )}
        <button type="button" className="button go" onClick={choose}>
          Use this model
        </button>
      </div>
    </section>
  );
}
