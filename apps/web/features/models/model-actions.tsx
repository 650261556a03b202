import { bytes } from '@graft/nodes/kit/ui';
import { report } from '../../api/graphs/graph-file.ts';
import {
  DiscardButton,
  DownloadButton,
  DownloadProgress,
  PauseButton,
  type Downloadable,
} from './download.tsx';
import { percentOf } from './downloads-line.ts';
import { download, type Download } from './use-models.ts';

interface ModelActionsProps {
  readonly of: Downloadable;
  readonly isHere: boolean;
  readonly coming: Download | undefined;
  /** Takes the model; undefined where nothing asks for one, or where it does not fit. */
  readonly use: (() => void) | undefined;
  /** What has to be done with it first. */
  readonly quiet?: boolean;
}

/** At the foot of the details of a model: how far its download is, and what can be done with it. */
export function ModelActions({ of, isHere, coming, use, quiet = false }: ModelActionsProps) {
  const go = quiet ? '' : 'go';
  const { id, size, received = 0, licence } = of;
  const isComing = coming !== undefined && coming.problem === undefined;
  return (
    <div className="shrink-0 border-t border-line px-4 py-3">
      {coming !== undefined ? (
        <div className="mb-2.5">
          <DownloadProgress coming={coming} />
        </div>
      ) : !isHere && received > 0 ? (
        <p className="mb-2.5 text-sm text-ink-2">
          Paused at {percentOf(received / size)}: {bytes(received)} of {bytes(size)} are here.
        </p>
      ) : null}
      <div className="flex flex-wrap justify-end gap-2">
        {!isHere && !isComing && (coming !== undefined || received > 0) ? (
          <DiscardButton id={id} received={received} />
        ) : null}
        {isComing ? (
          <PauseButton id={id} />
        ) : coming !== undefined ? (
          <button
            type="button"
            className="button go"
            onClick={() => void download({ id, consent: licence.consent }).catch(report)}
          >
            Try again
          </button>
        ) : isHere ? null : (
          <DownloadButton of={of} {...(use === undefined && !quiet ? { look: 'go' } : {})} />
        )}
        {use === undefined || (coming !== undefined && !isComing) ? null : isHere || isComing ? (
          <button type="button" className={`button ${go}`} onClick={use}>
            Use this model
          </button>
        ) : (
          <DownloadButton of={of} use={use} {...(quiet ? {} : { look: 'go' })} />
        )}
      </div>
    </div>
  );
}
