import { expect, it } from 'vitest';
import { leftText, resumedText, stoppedText, withCheckpoint } from './step-checkpoint.ts';
import type { CheckpointReport, StepCheckpoints } from './run-event.ts';

function after(...reports: [CheckpointReport['state'], number][]): StepCheckpoints {
  return (
    reports.reduce<StepCheckpoints | undefined>(
      (before, [state, step]) => withCheckpoint(before, { state, step }),
      undefined,
    ) ?? { from: 0, saved: 0 }
  );
}

it('says where a training that was cancelled is continued', () => {
  const stopped = after(['resumed', 0], ['saving', 15], ['saved', 15]);
  expect(stopped).toEqual({ from: 0, saved: 15, stopped: { step: 15, checkpoint: 'saved' } });
  expect(stoppedText(stopped)).toBe('Stopped at step 15. The next run continues from there.');
});

it('takes the step that was made last when the cancellation came', () => {
  expect(after(['resumed', 0], ['saving', 15], ['saved', 16]).stopped).toEqual({
    ...{ step: 16, checkpoint: 'saved' },
  });
  expect(after(['resumed', 12], ['saving', 12]).stopped?.checkpoint).toBe('saved');
});

it('says that a checkpoint is still being saved, or could not be', () => {
  const saving = after(['resumed', 0], ['saved', 1200], ['saving', 1215]);
  expect(stoppedText(saving)).toBe(
    'Stopped at step 1,215. Its checkpoint was still being saved when the run ended. The next run waits for it and continues from there.',
  );
  expect(stoppedText(withCheckpoint(saving, { state: 'unsaved', step: 1215 }))).toBe(
    'Stopped at step 1,215, but its checkpoint could not be saved. The next run continues from step 1,200.',
  );
  expect(stoppedText(after(['resumed', 0], ['saving', 3], ['unsaved', 3]))).toBe(
    'Stopped at step 3, but its checkpoint could not be saved. The next run starts from the beginning.',
  );
});

it('says what is left of a training that was not cancelled', () => {
  expect(stoppedText(after(['resumed', 20], ['saved', 40]))).toBe(
    'The next run continues from step 40.',
  );
  expect(stoppedText(after(['resumed', 0]))).toBe('');
});

it('says what a run continues from', () => {
  expect(resumedText(15)).toBe('Continues from step 15.');
  expect(resumedText(15, 'Continued')).toBe('Continued from step 15.');
  expect(resumedText(0)).toBe('');
  expect(leftText({ step: 40, saving: false })).toBe('Continues from step 40.');
  expect(leftText({ step: 40, saving: true })).toMatch(/still being saved/);
});

it('begins anew with another attempt', () => {
  expect(after(['resumed', 0], ['saving', 15], ['saved', 15], ['resumed', 15])).toEqual({
    ...{ from: 15, saved: 15 },
  });
});
