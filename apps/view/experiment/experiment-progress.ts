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
  /** Milliseconds since the epoch; undefined before its first event. */
  readonly startedAt?: number;
  /** Milliseconds that it may take. */
  readonly limitMs?: number;
  /** Names of its variants as they take turns: the baseline first. */
  readonly variants: readonly string[];
  /** Runs at work, in the order of their variants. */
  readonly working: readonly WorkingVariant[];
  readonly status: RunStatus;
  /** Why it failed as a whole. */
  readonly error?: string;
}

interface WorkingVariant {
  readonly run: string;
  readonly variant: string;
  readonly seed?: number | undefined;
}

export const noProgress: ExperimentProgress = {
  ...{ seq: 0, runs: 0, ended: 0, failed: 0, dropped: 0, refused: 0, computed: 0, reused: 0 },
  ...{ variants: [], working: [], status: 'running' },
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
      const { runs, at: startedAt, limitMs, baseline } = event;
      const names = event.variants.map(({ name }) => name).filter((name) => name !== baseline);
      const limit = limitMs === undefined ? {} : { limitMs };
      return {
        ...progress,
        seq,
        runs,
        refused,
        startedAt,
        ...limit,
        variants: [baseline, ...names],
      };
    }
    case 'race.looked':
      return {
        ...{ ...progress, seq, runs: progress.ended + event.runs },
        dropped: progress.dropped + event.dropped.length,
      };
    case 'variant.started': {
      const { run, variant, seed: of } = event;
      const place = (at: WorkingVariant): number => progress.variants.indexOf(at.variant);
      const working = [...progress.working, { run, variant, seed: of }];
      return { ...progress, seq, working: working.toSorted((a, b) => place(a) - place(b)) };
    }
    case 'variant.finished':
      return {
        ...{ ...progress, seq, ended: progress.ended + 1 },
        failed: progress.failed + (event.status === 'failed' ? 1 : 0),
        computed: progress.computed + event.steps.computed,
        reused: progress.reused + event.steps.reused,
        working: progress.working.filter(({ run }) => run !== event.run),
      };
    case 'experiment.finished': {
      const { status, error } = event;
      const why = error === undefined ? {} : { error: error.message };
      return { ...progress, seq, status, working: [], ...why };
    }
  }
}
