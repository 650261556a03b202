import {
  type CheckpointReport,
  itemsText,
  type MissReason,
  plural,
  resumedText,
  type RunEvent,
  stoppedText,
  usageText,
} from '@graft/graph';
import { formatDuration } from '../quantity.ts';
import { oneLine, type Paint } from '../terminal.ts';

type FinishedStep = Extract<RunEvent, { type: 'step.finished' }>['step'];

const marks = {
  cached: ['dim', '='],
  succeeded: ['green', '✓'],
  failed: ['red', '✗'],
  skipped: ['dim', '–'],
  cancelled: ['yellow', '!'],
  queued: ['dim', '·'],
  running: ['blue', '·'],
} as const;

/** `✓ embed-1  succeeded  1.2 s  418 items, 3 computed, 415 reused  cpu` */
export function finishedLine(step: FinishedStep, width: number, paint: Paint): string {
  const [colour, mark] = marks[step.status];
  const facts = [
    step.from === undefined ? step.status : `${step.status}, from ${step.from}`,
    step.ms > 0 ? formatDuration(step.ms) : '',
    step.items === undefined ? '' : itemsText(step.items),
    step.remote === undefined ? '' : usageText(step.remote),
    step.status === 'succeeded' ? (step.device ?? '') : '',
    Object.values(step.outputs)
      .map((output) => output.summary ?? '')
      .filter((text) => text !== '')
      .join(', '),
    step.error?.message ?? '',
    step.status === 'succeeded' || step.checkpoints === undefined
      ? ''
      : stoppedText(step.checkpoints),
  ].filter((fact) => fact !== '');
  return `${paint(colour, mark)} ${step.node.padEnd(width)}  ${oneLine(facts.join('  '), 160)}`;
}

/** What a step that trains says when it begins; empty where it begins anew, and of all later checkpoints. */
export function checkpointLine({ state, step }: CheckpointReport): string {
  return state === 'resumed' ? resumedText(step) : '';
}

/** Why a step runs, in a few words: `size 400 → 256`. */
export function reasonText(reason: MissReason): string {
  switch (reason.kind) {
    case 'first':
      return 'has not run before';
    case 'evicted':
      return 'its result was removed from the cache';
    case 'unfinished':
      return 'did not finish last time';
    case 'incomplete':
      return `${plural(reason.failed, 'item')} failed last time`;
    case 'volatile':
      return 'runs every time';
    case 'changed':
      return reason.parts
        .map(({ name, before, after }) => `${name} ${short(before)} → ${short(after)}`)
        .join(', ');
  }
}

/** Digests are told apart by their first digits. */
function short(value: string | undefined): string {
  if (value === undefined) return 'none';
  return oneLine(value.replace(/\b([0-9a-f]{10})[0-9a-f]{54}\b/g, '$1…'), 40);
}
