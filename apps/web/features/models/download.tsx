import { bytes } from '@graft/nodes/kit/ui';
import { report } from '../../api/graphs/graph-file.ts';
import { download, type OfferedModel, type Download } from './use-models.ts';
import { progressText } from '../../api/runs/run-texts.ts';
import { ProgressBar } from '../../kit/progress-bar.tsx';

/** Starts a download; for a licence that needs consent, the click gives it. */
export function DownloadButton(props: { readonly model: OfferedModel; readonly small?: boolean }) {
  const { model, small = false } = props;
  const { facts, licence } = model;
  return (
    <button
      type="button"
      className={`button ${small ? 'small' : ''}`}
      onClick={() => void download({ id: facts.id, consent: licence.consent }).catch(report)}
    >
      {licence.consent ? `Accept ${licence.id} and download` : 'Download'} ({bytes(facts.size)})
    </button>
  );
}

/** The progress and speed of a download, the time left, or why it failed. */
export function DownloadProgress({ coming }: { readonly coming: Download }) {
  const { model, progress, problem } = coming;
  if (problem !== undefined)
    return (
      <p role="alert" className="max-h-24 overflow-auto whitespace-pre-line text-error">
        {problem.message}
      </p>
    );
  const share =
    progress?.total === undefined ? undefined : Math.min(1, progress.done / progress.total);
  return (
    <div>
      <p className="text-sm text-ink-2">
        {progress === undefined ? 'Beginning …' : progressText(progress)}
      </p>
      <ProgressBar inline label={`Download of ${model}`} share={share} />
    </div>
  );
}
