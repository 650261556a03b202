import type { RunEvent } from '@graft/graph';
import { beforeEach, expect, it } from 'vitest';
import { emptyRun, foldEvent, type RunState } from '../run/run-state.ts';
import { isAskedResult, runView, stepAtWork, stepOf } from '../run/run-view.ts';
import { askedRun } from './asked-run.ts';
import { answersUnderWay, type Turn } from './conversation-store.ts';

const artifact = (digest: string) => ({ digest, mediaType: 'text/plain', size: 1 });

/** A run of one node, `write`: queued, at work, or done with an output. */
function run(runId: string, as: 'queued' | 'running' | 'succeeded', digest = runId): RunState {
  const own = { runId, at: 1 };
  const step = { node: 'write', type: 'generate' };
  const events = [
    { ...own, seq: 1, type: 'run.started', file: 'a.graft.json', nodes: [step] },
    { ...own, seq: 2, type: 'step.started', node: 'write', device: 'cpu' },
    {
      ...{ ...own, seq: 3, type: 'step.finished' },
      step: { ...step, status: 'succeeded', ms: 1, outputs: { answers: artifact(digest) } },
    },
    { ...own, seq: 4, type: 'run.finished', status: 'succeeded' },
  ].slice(0, { queued: 1, running: 2, succeeded: 4 }[as]) as unknown as RunEvent[];
  return events.reduce(foldEvent, emptyRun(runId));
}

const turn = (of: RunState | undefined): Turn => ({
  ...{ id: of?.runId ?? 'sent', question: 'When?' },
  answers: [
    {
      ...{ id: 'a', adapter: undefined, outputs: [], run: of },
      ...{ problem: undefined, stopped: false },
    },
  ],
});

beforeEach(() => runView.setState(runView.getInitialState()));

it('stands for what is worked on, then for what has its turn next, then for the newest answer', () => {
  const [done, queued, going] = [run('1', 'succeeded'), run('2', 'queued'), run('3', 'running')];
  expect(askedRun([turn(undefined), turn(queued), turn(going), turn(done)])).toBe(going);
  expect(askedRun([turn(run('4', 'queued')), turn(queued), turn(done)])).toBe(queued);
  expect(askedRun([turn(undefined), turn(run('5', 'succeeded')), turn(done)])?.runId).toBe('5');
  expect(askedRun([turn(undefined), turn(emptyRun('6'))])).toBeUndefined();
});

it('shows at a node what was asked where no run of the file gave any result', () => {
  const asked = { run: run('asked', 'succeeded'), isDrawn: true };
  runView.setState({ asked });
  expect(stepOf(runView.getState(), 'write')?.outputs).toEqual({ answers: artifact('asked') });
  expect(isAskedResult(runView.getState(), 'write')).toBe(true);
  runView.setState({ run: run('own', 'succeeded') });
  expect(stepOf(runView.getState(), 'write')?.outputs).toEqual({ answers: artifact('own') });
  expect(isAskedResult(runView.getState(), 'write')).toBe(false);
  runView.setState({ run: null, past: true });
  expect(stepOf(runView.getState(), 'write')).toBeUndefined();
});

it('knows the answer of a question again where the plan keeps it for the graph', () => {
  const asked = { run: run('asked', 'succeeded', 'same'), isDrawn: true };
  const kept = asked.run.steps.get('write');
  runView.setState({
    asked,
    kept: { after: null, steps: kept === undefined ? {} : { write: kept } },
  });
  expect(isAskedResult(runView.getState(), 'write')).toBe(true);
  runView.setState({ asked: { run: run('asked', 'succeeded', 'other'), isDrawn: true } });
  expect(isAskedResult(runView.getState(), 'write')).toBe(false);
});

it('shows the nodes at work for a question, unless a run of the file is going on', () => {
  runView.setState({
    run: run('own', 'succeeded'),
    asked: { run: run('q', 'running'), isDrawn: true },
  });
  expect(stepAtWork(runView.getState(), 'write')?.status).toBe('running');
  runView.setState({ run: run('own', 'running') });
  expect(stepAtWork(runView.getState(), 'write')).toBeUndefined();
  runView.setState({ run: null, asked: { run: run('q', 'succeeded'), isDrawn: true } });
  expect(stepAtWork(runView.getState(), 'write')).toBeUndefined();
});

it('counts an answer that is sent or goes on, and none that is only read again', () => {
  const turns = [turn(undefined), turn(run('1', 'running')), turn(emptyRun('2'))];
  const under = answersUnderWay([...turns, turn(run('3', 'succeeded'))]);
  expect(under.map(({ run: of }) => of?.runId)).toEqual([undefined, '1']);
});
