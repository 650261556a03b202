import { progressText } from '../canvas/progress-text.ts';
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
      <div className="relative mt-1.5 h-[3px]">
        <span
          className="progress"
          style={{ inset: 0 }}
          role="progressbar"
          aria-label={`Download of ${model}`}
          aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
        >
          <i
            data-unknown={share === undefined}
            style={share === undefined ? undefined : { width: `${String(share * 100)}%` }}
          />
        </span>
      </div>
    </div>
  );
}
