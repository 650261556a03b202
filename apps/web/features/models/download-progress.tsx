import { progressText } from '../../api/runs/progress-text.ts';
import { ProgressBar } from '../../kit/progress-bar.tsx';
import type { Download } from './use-models.ts';

/** How far a download is, how fast, and how long it takes still; or what ended it. */
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
