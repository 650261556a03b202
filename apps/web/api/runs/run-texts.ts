import { bytes, count, duration } from '@graft/nodes/kit/ui';
import { countsBytes, type StepView } from '@graft/view';

type Progress = NonNullable<StepView['progress']>;

/** Milliseconds after which a speed is meaningful. */
const speedAfter = 1_000;

/** ` · 3.1 MB/s, 28 s left`; empty while it is unknown. */
function speedText({ done, total = done, since }: Progress): string {
  if (since === undefined) return '';
  const passed = since.to - since.from;
  const came = done - since.done;
  if (passed < speedAfter || came <= 0 || done >= total) return '';
  const left = ((total - done) / came) * passed;
  return ` · ${bytes((came / passed) * 1_000)}/s, ${duration(left)} left`;
}

/** `148 of 400`; of bytes `34.0 MB of 138 MB`. */
export function amountText({ done, total, unit }: Omit<Progress, 'since'>): string {
  const written = countsBytes({ unit }) ? bytes : count;
  return total === undefined ? written(done) : `${written(done)} of ${written(total)}`;
}

/** `148 of 400 steps · 47 tokens/s` */
export function progressText(progress: Progress): string {
  const { done, total, unit, message } = progress;
  if (unit.startsWith('bytes of ')) {
    // A model is being downloaded. Downloads by a package client have no size.
    if (total === undefined) return `downloading ${message ?? unit.slice('bytes of '.length)}`;
    return `downloading ${bytes(done)} of ${bytes(total)}${speedText(progress)}`;
  }
  if (unit.startsWith('converted bytes of ') && total !== undefined)
    return `converting ${bytes(done)} of ${bytes(total)}${speedText(progress)}`;
  if (unit.startsWith('copied bytes of ')) {
    const copy = 'a copy that loads faster, once';
    if (total === undefined) return `making ${copy}`;
    return done >= total
      ? `made ${copy} (${bytes(total)})`
      : `making ${copy}: ${bytes(done)} of ${bytes(total)}`;
  }
  // A loop ends early when its condition is met.
  if (unit === 'rounds' && message !== undefined && total !== undefined) {
    return `${message} of at most ${count(total)}`;
  }
  const amount = countsBytes(progress) ? amountText(progress) : `${amountText(progress)} ${unit}`;
  return message === undefined ? amount : `${amount} · ${message}`;
}
