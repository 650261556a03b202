import { answerSchema, type ArtifactRef, type RunEvent } from '@graft/graph';
import { count, duration } from '@graft/nodes/kit/ui';
import { isOver, type RunState, type StepView } from '@graft/view';
import { useEffect, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { refusalOf } from '../../api/problem.ts';
import { followRun } from '../../api/runs/follow-run.ts';
import { progressText } from '../../api/runs/run-texts.ts';

export type TriedModel = Parameters<typeof api.models.try.mutate>[0]['of'];

/** What has come of a prompt that a model was tried with. */
export interface Trial {
  /** `asking`: the run has not begun. */
  readonly state: 'asking' | 'running' | 'answered' | 'cancelled' | 'failed';
  readonly answer: string;
  /** How it goes, how quick it was, or why it failed; empty: nothing to tell. */
  readonly words: string;
}

/** The node of the run that answers. */
const answering = 'answer';

/** When the text of an answer came, in ms since the epoch. */
export interface AnswerTimes {
  readonly begun?: number;
  readonly first?: number;
  readonly last?: number;
}

/** Takes along when a run began, and when the text of its answer came. */
export function timesWith(times: AnswerTimes, events: readonly RunEvent[]): AnswerTimes {
  return events.reduce<AnswerTimes>((known, { type, at }) => {
    if (type === 'run.started') return { ...known, begun: at };
    if (type === 'step.token') return { ...known, first: known.first ?? at, last: at };
    return known;
  }, times);
}

/** `The first words came after 1.2 s, then 34 tokens/s.` Empty for an answer that did not stream. */
export function speedWords({ begun, first, last }: AnswerTimes, tokens: number): string {
  if (begun === undefined || first === undefined || last === undefined) return '';
  const words = `The first words came after ${duration(first - begun)}`;
  // The first ones are there by the time that counting begins.
  const rate = last > first ? ((tokens - 1) / (last - first)) * 1_000 : 0;
  return rate < 1 ? `${words}.` : `${words}, then ${count(Math.round(rate))} tokens/s.`;
}

/** What a run shows before its answer is whole. */
export function trialOf(run: RunState): Trial {
  const step = run.steps.get(answering);
  const answer = [...(step?.texts.values() ?? [])].join('').trimStart();
  if (run.status === 'cancelled') return { state: 'cancelled', answer, words: 'Cancelled.' };
  if (run.status === 'failed') return { state: 'failed', answer: '', words: reasonOf(run) };
  return { state: 'running', answer, words: answer === '' ? workOf(step) : '' };
}

function workOf(step: StepView | undefined): string {
  if (step?.progress !== undefined && step.progress.unit !== 'prompts')
    return progressText(step.progress);
  return step?.status === 'running' ? 'Loading the model …' : 'Waiting for its turn …';
}

function reasonOf({ steps, error }: RunState): string {
  const failed = [...steps.values()].find((step) => step.error !== undefined)?.error;
  return (failed ?? error)?.message ?? 'The model gave no answer.';
}

/** The answer of a run that has succeeded, also where it is reused. */
async function wholeAnswer(artifact: ArtifactRef, step: StepView, times: AnswerTimes) {
  const { rows } = await api.artifacts.page.query({ artifact, offset: 0, limit: 1 });
  const { text, completionTokens, finishReason } = answerSchema.parse(rows[0]);
  const words = [
    step.status === 'cached' ? 'Reused from an earlier try.' : speedWords(times, completionTokens),
    finishReason === 'length' ? `Cut at ${count(completionTokens)} tokens.` : '',
  ];
  return { state: 'answered', answer: text, words: words.join(' ').trim() } as const;
}

/** Tries a model with one prompt at a time. Leaving cancels the answer that is being written. */
export function useModelTrial(of: TriedModel) {
  const [trial, setTrial] = useState<Trial>();
  /** Ends what was begun last. */
  const leave = useRef((): void => undefined);
  useEffect(() => () => leave.current(), []);
  const begin = async (prompt: string): Promise<void> => {
    leave.current();
    let isLeft = false;
    let end = (): void => undefined;
    leave.current = () => {
      isLeft = true;
      end();
    };
    const show = (next: Trial): void => {
      if (!isLeft) setTrial(next);
    };
    const fail = (error: unknown): void =>
      show({ state: 'failed', answer: '', words: refusalOf(error) });
    show({ state: 'asking', answer: '', words: 'Waiting for its turn …' });
    try {
      const { runId } = await api.models.try.mutate({ of, prompt });
      let times: AnswerTimes = {};
      let isGoing = true;
      const stop = followRun(runId, {
        changed: (run, events) => {
          times = timesWith(times, events);
          isGoing = !isOver(run);
          const step = run.steps.get(answering);
          const artifact = step?.outputs['answers'];
          if (run.status !== 'succeeded' || step === undefined || artifact === undefined)
            show(trialOf(run));
          else wholeAnswer(artifact, step, times).then(show, fail);
        },
        failed: fail,
      });
      end = () => {
        stop();
        // The server goes on to the end of a run that nobody cancels.
        if (isGoing) void api.runs.cancel.mutate({ runId }).catch(() => undefined);
      };
      if (isLeft) end();
    } catch (error) {
      fail(error);
    }
  };
  const cancel = (): void => {
    leave.current();
    setTrial((shown) => ({ state: 'cancelled', answer: shown?.answer ?? '', words: 'Cancelled.' }));
  };
  return { trial, begin, cancel };
}
