import { bytes } from '@graft/nodes/kit/ui';
import { report } from '../../api/graphs/graph-file.ts';
import { acceptStep, shareOf } from './downloads-line.ts';
import { cancelDownload, discardDownload, download, type Download } from './use-models.ts';
import { progressText } from '../../api/runs/run-texts.ts';
import { OpenSettings } from '../../kit/open-settings.tsx';
import { ProgressBar } from '../../kit/progress-bar.tsx';

/** A model that can be downloaded, of the catalogue or of a hub. */
export interface Downloadable {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes that have come. */
  readonly received?: number;
  readonly licence: { readonly id: string; readonly consent: boolean };
}

interface DownloadButtonProps {
  readonly of: Downloadable;
  /** Takes the model at once; it comes meanwhile. */
  readonly use?: () => void;
  readonly look?: 'small' | 'go';
}

/** Begins a download, or goes on with one; for a licence that needs consent, the click gives it. */
export function DownloadButton({ of, use, look }: DownloadButtonProps) {
  const { id, size, received = 0, licence } = of;
  const steps = [
    ...(licence.consent ? [acceptStep(licence)] : []),
    received > 0 ? 'continue' : 'download',
    ...(use === undefined ? [] : ['use']),
  ];
  const words = `${steps.slice(0, -1).join(', ')}${steps.length > 1 ? ' and ' : ''}${steps.at(-1) ?? ''}`;
  return (
    <button
      type="button"
      className={`button ${look ?? ''}`}
      onClick={() => {
        void download({ id, consent: licence.consent }).catch(report);
        use?.();
      }}
    >
      {words.charAt(0).toUpperCase()}
      {words.slice(1)} ({bytes(Math.max(0, size - received))})
    </button>
  );
}

interface StopProps {
  readonly id: string;
  readonly small?: boolean;
}

function StopButton(props: StopProps & { readonly label: string; readonly title: string }) {
  const { id, small = false, label, title } = props;
  return (
    <button
      type="button"
      className={`button ${small ? 'small' : ''}`}
      title={title}
      onClick={() => void cancelDownload(id).catch(report)}
    >
      {label}
    </button>
  );
}

/** Stops a download; what has come stays, and the next one goes on from there. */
export function PauseButton(props: StopProps) {
  return (
    <StopButton
      {...props}
      label="Pause download"
      title="Keeps the part that is downloaded and continues from there"
    />
  );
}

/** Stops a conversion; its unfinished file is deleted. */
export function CancelConversionButton(props: StopProps) {
  return (
    <StopButton
      {...props}
      label="Cancel conversion"
      title="Keeps the download and deletes the unfinished GGUF file"
    />
  );
}

/** Deletes what has come of a download that is paused or has failed. It goes with it, so the focus does too. */
export function DiscardButton({
  id,
  received,
}: {
  readonly id: string;
  readonly received: number;
}) {
  return (
    <button
      type="button"
      className="button mr-auto"
      title={received > 0 ? `Frees ${bytes(received)}` : 'Forgets why it failed'}
      onClick={({ currentTarget }) => {
        const list = currentTarget.closest('dialog')?.querySelector<HTMLElement>('[data-focus]');
        void discardDownload(id).catch(report);
        list?.focus();
      }}
    >
      Delete download
    </button>
  );
}

/** The progress and speed of a download or a conversion, the time left, or why it failed. */
export function DownloadProgress({ coming }: { readonly coming: Download }) {
  const { model, madeOf, progress, problem } = coming;
  if (problem !== undefined)
    return (
      <p role="alert" className="max-h-24 overflow-auto whitespace-pre-line text-error">
        {problem.message} <OpenSettings message={problem.message} />
      </p>
    );
  return (
    <div>
      <p className="text-sm text-ink-2 tabular-nums">
        {progress === undefined ? 'Beginning …' : progressText(progress)}
      </p>
      <ProgressBar
        inline
        label={madeOf === undefined ? `Download of ${model}` : `Conversion to ${model}`}
        share={shareOf(coming)}
      />
    </div>
  );
}
