import { count, duration, plural } from '@graft/nodes/kit/ui';
import { outputText, shareDone, type StepView } from '@graft/view';
import { amountText, progressText } from './run-texts.ts';

type Tone = 'plain' | 'good' | 'working' | 'bad' | 'planned';
export interface Status {
  readonly label: string;
  readonly tone: Tone;
}

/** The chip of a node that the newest run left out: its earlier result still exists. */
export const keptStatus: Status = { label: 'earlier run', tone: 'plain' };

/** The chip of a node whose result is that of a question asked beside the file. */
export const askedStatus: Status = { label: 'asked', tone: 'plain' };

/** The chip of a node that is switched off. */
export const offStatus: Status = { label: 'off', tone: 'plain' };

/** The chip of a node: the status of its step; undefined before it has run. */
export function stepStatus(step: StepView | undefined): Status | undefined {
  switch (step?.status) {
    case undefined:
      return undefined;
    case 'queued':
      return { label: 'queued', tone: 'plain' };
    case 'running':
      return { label: 'running', tone: 'working' };
    case 'cached':
      return { label: step.from === undefined ? 'reused' : `from ${step.from}`, tone: 'plain' };
    case 'succeeded':
      // A time from another machine would mislead.
      return step.from === undefined
        ? { label: duration(step.ms ?? 0), tone: 'good' }
        : { label: `from ${step.from}`, tone: 'plain' };
    case 'failed':
      return { label: 'failed', tone: 'bad' };
    case 'skipped':
      return { label: 'skipped', tone: 'plain' };
    case 'cancelled':
      return { label: 'cancelled', tone: 'plain' };
  }
}

/** The done share of a step, 0 to 1; undefined while its end is unknown. */
export function progressShare(step: StepView): number | undefined {
  return step.share ?? shareDone(step);
}

/** Characters of written text that fit beside the count. */
const snippetLength = 24;

/** `148 of 400 steps · 331 tokens/s`; the loss stands in its curve. */
function trainingText({ progress, metrics }: StepView): string | undefined {
  const rate = metrics.shared[metrics.length - 1]?.values['tokensPerSecond'];
  if (progress === undefined || rate === undefined) return undefined;
  return progressText({ ...progress, message: `${count(Math.round(rate))} tokens/s` });
}

/** The progress of writing or training, with the end of the newest text, or the speed. */
function runningText(step: StepView): string {
  const training = trainingText(step);
  if (training !== undefined) return training;
  const { progress, texts } = step;
  const newest = texts.last()?.replace(/\s+/g, ' ').trim() ?? '';
  if (newest === '') return progress === undefined ? 'starting' : progressText(progress);
  const snippet = newest.length > snippetLength ? `…${newest.slice(-snippetLength)}` : newest;
  if (progress?.total === undefined) return snippet;
  return `${amountText(progress)} · ${snippet}`;
}

/** The foot of a node that failed before its last change. */
export const outdatedText = 'failed before the change';

const keptWords = { saved: 'saved', saving: 'saving', unsaved: 'not saved' } as const;

function stoppedAt({ checkpoints }: StepView): string {
  const stopped = checkpoints?.stopped;
  if (stopped === undefined) return 'cancelled';
  return `cancelled at step ${count(stopped.step)}, ${keptWords[stopped.checkpoint]}`;
}

/** The result of a step in a line, also where its status is not shown. */
export function resultText(step: StepView | undefined): string {
  if (step === undefined) return 'not run yet';
  if (step.status === 'running') return runningText(step);
  if (step.status === 'queued') return 'not started';
  if (step.error !== undefined) return step.error.message;
  if (step.status === 'skipped') return 'skipped: an input failed';
  if (step.status === 'cancelled') return stoppedAt(step);
  const outputs = Object.values(step.outputs).map(outputText);
  const failed = step.items?.failed ?? 0;
  if (failed > 0) outputs.push(`${count(failed)} failed`);
  const warnings = step.logs.filter(({ level }) => level === 'warning').length;
  // Each failed item has its own warning.
  if (warnings > failed) outputs.push(plural(warnings - failed, 'warning'));
  return outputs.length > 0 ? outputs.join(' · ') : 'no result';
}

/** The line at the foot of a node, beside its status. */
export const footText = (step: StepView | undefined): string =>
  step?.status === 'skipped' && step.error === undefined ? 'an input failed' : resultText(step);

/** The foot of an input before the first run: who provides it, and the sample that a plain run uses. */
export function givenText(sample: string | undefined): string {
  return sample === undefined ? 'set by caller; no sample' : `set by caller; sample: ${sample}`;
}
