import { metricsMediaType } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { appended, emptyList, GrowingMap, type StepView } from '@graft/view';
import { givenText, progressShare, resultText, stepStatus } from './node-status.ts';

const step: StepView = {
  node: 'n',
  type: 't',
  status: 'running',
  outputs: {},
  logs: [],
  metrics: emptyList,
  texts: GrowingMap.of(),
};

describe('what a node says of its step', () => {
  it('says nothing of a node that has not run', () => {
    expect(stepStatus(undefined)).toBeUndefined();
    expect(resultText(undefined)).toBe('not run yet');
  });

  it('tells progress with its unit and message', () => {
    const running = {
      ...step,
      progress: { done: 148, total: 400, unit: 'steps', message: '331 tokens/s' },
    };
    expect(resultText(running)).toBe('148 of 400 steps · 331 tokens/s');
    expect(progressShare(running)).toBeCloseTo(0.37);
    expect(progressShare({ ...step, progress: { done: 5, unit: 'files' } })).toBeUndefined();
  });

  it('says that there are warnings beside those of failed items', () => {
    const levels = ['warning', 'info', 'warning'] as const;
    const logs = levels.map((level) => ({ at: 0, level, message: 'Left out.' }));
    const artifact = { digest: '', mediaType: '', size: 0, count: 3, summary: '3 chunks' };
    const done = { ...step, status: 'succeeded', outputs: { out: artifact }, logs } as const;
    expect(resultText(done)).toBe('3 chunks · 2 warnings');
    const items = { total: 4, computed: 3, reused: 0, failed: 1 };
    expect(resultText({ ...done, items })).toBe('3 chunks · 1 failed · 1 warning');
  });

  it('tells a download as one, in units that people read', () => {
    const unit = 'bytes of a-model';
    const progress = { done: 12_300_000, total: 98_362_432, unit, message: 'a.gguf from npm:x' };
    expect(resultText({ ...step, progress })).toBe('downloading 12.3 MB of 98.4 MB');
    const since = { done: 2_300_000, from: 1_000, to: 5_000 };
    expect(resultText({ ...step, progress: { ...progress, since } })).toBe(
      'downloading 12.3 MB of 98.4 MB · 2.5 MB/s, 34 s left',
    );
    // Too soon to tell.
    const early = { ...progress, since: { ...since, to: 1_500 } };
    expect(resultText({ ...step, progress: early })).toBe('downloading 12.3 MB of 98.4 MB');
    const unknown = { done: 0, unit, message: 'a package of npm' };
    expect(resultText({ ...step, progress: unknown })).toBe('downloading a package of npm');
    expect(progressShare({ ...step, progress: unknown })).toBeUndefined();
  });

  it('tells the speed of a training beside its steps, since its loss has a curve', () => {
    const row = { series: 'train', step: 148, values: { loss: 1.284, tokensPerSecond: 331.4 } };
    const progress = { done: 148, total: 400, unit: 'steps', message: 'loss 1.284, 3 min left' };
    const metrics = appended(emptyList, row);
    expect(resultText({ ...step, progress, metrics })).toBe('148 of 400 steps · 331 tokens/s');
  });

  it('tells results by their own summary, and what failed in them', () => {
    const done: StepView = {
      ...step,
      status: 'succeeded',
      ms: 140,
      outputs: { a: { digest: 'a'.repeat(64), mediaType: 'x', size: 1, summary: '418 × 384' } },
      items: { total: 3, computed: 3, reused: 0, failed: 2 },
    };
    expect(resultText(done)).toBe('418 × 384 · 2 failed');
    expect(stepStatus(done)).toEqual({ label: '0.1 s', tone: 'good' });
  });

  it('calls the metric of a result as the field does', () => {
    const metrics = { digest: 'a'.repeat(64), mediaType: metricsMediaType, size: 1 };
    const outputs = { metrics: { ...metrics, summary: 'exactMatch 0.667' } };
    expect(resultText({ ...step, status: 'succeeded', outputs })).toBe('Exact match 0.667');
  });

  it('says where a training was stopped, and whether that is saved', () => {
    const at = (checkpoint: 'saved' | 'saving' | 'unsaved'): string => {
      const checkpoints = { from: 0, saved: 0, stopped: { step: 1215, checkpoint } };
      return resultText({ ...step, status: 'cancelled', checkpoints });
    };
    expect(at('saved')).toBe('cancelled at step 1,215, saved');
    expect(at('saving')).toBe('cancelled at step 1,215, saving');
    expect(at('unsaved')).toBe('cancelled at step 1,215, not saved');
    expect(resultText({ ...step, status: 'cancelled' })).toBe('cancelled');
  });

  it('says who gives what a graph takes, and what stands in for it', () => {
    expect(givenText(undefined)).toBe('set by caller; no sample');
    expect(givenText('Questions')).toBe('set by caller; sample: Questions');
  });

  it('shows the end of the newest text beside the count', () => {
    const texts = GrowingMap.of([
      ['q1', 'first'],
      ['q2', 'The eastern\n kiln is lit by the night guard'],
    ]);
    expect(resultText({ ...step, texts })).toBe('…s lit by the night guard');
    const progress = { done: 11, total: 30, unit: 'prompts' };
    expect(resultText({ ...step, texts, progress })).toBe('11 of 30 · …s lit by the night guard');
  });
});
