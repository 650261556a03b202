import type { CheckpointReport, StepCheckpoints } from './run-event.ts';

/** The checkpoints of a step after another report. */
export function withCheckpoint(
  before: StepCheckpoints | undefined,
  { state, step }: CheckpointReport,
): StepCheckpoints {
  if (state === 'resumed') return { from: step, saved: step };
  const { from, saved, stopped } = before ?? { from: 0, saved: 0 };
  if (state === 'saved') {
    return {
      from,
      saved: step,
      ...(stopped === undefined ? {} : { stopped: { step, checkpoint: 'saved' } }),
    };
  }
  return { from, saved, stopped: { step, checkpoint: step === saved ? 'saved' : state } };
}

/** The step that it resumes from, as a sentence; empty if it starts anew. */
export function resumedText(from: number, verb: 'Continues' | 'Continued' = 'Continues'): string {
  return from === 0 ? '' : `${verb} from step ${from.toLocaleString('en')}.`;
}

/** Where the next attempt at a training will resume; empty if nothing is left of an earlier one. */
export function leftText({ step, saving }: { readonly step: number; readonly saving: boolean }) {
  return saving
    ? 'Its last checkpoint is still being saved. The next run continues from there.'
    : resumedText(step);
}

/** Where a step stopped early, and what the next run makes of it; empty if it did no optimizer step. */
export function stoppedText({ saved, stopped }: StepCheckpoints): string {
  const next =
    saved === 0
      ? 'The next run starts from the beginning.'
      : `The next run continues from step ${saved.toLocaleString('en')}.`;
  if (stopped === undefined) return saved === 0 ? '' : next;
  const at = `Stopped at step ${stopped.step.toLocaleString('en')}`;
  switch (stopped.checkpoint) {
    case 'saved':
      return `${at}. The next run continues from there.`;
    case 'saving':
      return `${at}. Its checkpoint was still being saved when the run ended. The next run waits for it and continues from there.`;
    case 'unsaved':
      return `${at}, but its checkpoint could not be saved. ${next}`;
  }
}
