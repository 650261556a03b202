import type { ExperimentEvent, RunStatus } from '@graft/graph';

/** How far a run of an experiment is: a fold over its events. */
export interface ExperimentProgress {
  /** Of the newest event that is in it. */
  readonly seq: number;
  /** Runs to be made at most. */
  readonly runs: number;
  readonly ended: number;
  readonly failed: number;
  /** Variants that left the race. */
  readonly dropped: number;
  /** Variants that cannot run. */
  readonly refused: number;
  /** Steps of the runs that ended. */
  readonly computed: number;
  readonly reused: number;
  /** Runs at work, each as `variant` or `variant, seed 2`. */
  readonly working: readonly string[];
  readonly status: RunStatus;
  /** Why it failed as a whole. */
  readonly error?: string;
}

export const noProgress: ExperimentProgress = {
  ...{ seq: 0, runs: 0, ended: 0, failed: 0, dropped: 0, refused: 0, computed: 0, reused: 0 },
  ...{ working: [], status: 'running' },
};

/** Events that are in it already change nothing. */
export function foldExperimentEvent(
  progress: ExperimentProgress,
  event: ExperimentEvent,
): ExperimentProgress {
  const { seq } = event;
  if (seq <= progress.seq) return progress;
  switch (event.type) {
    case 'experiment.started': {
      const refused = event.variants.filter(({ problem }) => problem !== undefined).length;
      return { ...progress, seq, runs: event.runs, refused };
    }
    case 'race.looked':
      return {
        ...{ ...progress, seq, runs: progress.ended + event.runs },
        dropped: progress.dropped + event.dropped.length,
      };
    case 'variant.started':
      return { ...progress, seq, working: [...progress.working, nameOf(event)] };
    case 'variant.finished':
      return {
        ...{ ...progress, seq, ended: progress.ended + 1 },
        failed: progress.failed + (event.status === 'failed' ? 1 : 0),
        computed: progress.computed + event.steps.computed,
        reused: progress.reused + event.steps.reused,
        working: progress.working.filter((name) => name !== nameOf(event)),
      };
    case 'experiment.finished': {
      const { status, error } = event;
      const why = error === undefined ? {} : { error: error.message };
      return { ...progress, seq, status, working: [], ...why };
    }
  }
}

const nameOf = ({ variant, seed }: { variant: string; seed?: number | undefined }): string =>
  seed === undefined ? variant : `${variant}, seed ${String(seed)}`;
