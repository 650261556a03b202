import {
  answersMediaType,
  tracePart,
  type ArtifactRef,
  type QuestionTrace,
  type TraceSummary,
} from '@graft/graph';
import { isOver, prefixOf, type FollowedAnswers } from '@graft/view';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { queries } from '../../../api/client.ts';
import { useDocument, useRunView, useScreen } from '../../../kit/stores.ts';
import { useReading } from '../output/use-reading.ts';

/** Answers whose traces come together. */
const pageSize = 50;

const noAnswers: FollowedAnswers = { run: '', answers: { digest: '', mediaType: '', size: 0 } };

/** The run on the screen, once it is over: before, not all of its steps are recorded. */
function useTracedRun(): string | undefined {
  return useRunView(({ run }) => (run !== null && isOver(run) ? run.runId : undefined));
}

/** Answers of the run on the screen; undefined for another output. */
export function useFollowable(artifact: ArtifactRef | undefined): FollowedAnswers | undefined {
  const run = useTracedRun();
  return useMemo(
    () =>
      run === undefined || artifact?.mediaType !== answersMediaType
        ? undefined
        : { run, answers: artifact },
    [run, artifact],
  );
}

/** The stations of answers, and where the wrong ones were lost; undefined until known, or if nothing says. */
export function useTraceSummary(of: FollowedAnswers | undefined): TraceSummary | undefined {
  const { data } = useQuery(
    queries.traces.summary.queryOptions(of ?? noAnswers, { enabled: of !== undefined }),
  );
  return data ?? undefined;
}

/** The trace of an answer, by its number. */
export function useTrace(of: FollowedAnswers, number: number): QuestionTrace | undefined {
  const page = Math.floor(number / pageSize);
  const numbers = Array.from({ length: pageSize }, (_, at) => page * pageSize + at);
  const { data } = useQuery(
    queries.traces.pick.queryOptions({ ...of, numbers }, { staleTime: Infinity }),
  );
  return data?.[number - page * pageSize] ?? undefined;
}

/** The question that is followed, with its trace. */
export function useFollowedTrace() {
  const question = useReading((state) => state.question);
  const summary = useTraceSummary(question ?? undefined);
  const { data } = useQuery(
    queries.traces.find.queryOptions(
      { ...(question ?? noAnswers), id: question?.id ?? '' },
      { enabled: question !== null, staleTime: Infinity },
    ),
  );
  return { question, summary, trace: data ?? undefined };
}

/** Whether a node shows the question that is followed: of the cells of the notebook, only the selected one scrolls to it. */
export function useFollows(path: string): boolean {
  const prefix = useDocument(({ trail }) => prefixOf(trail));
  return useScreen(
    ({ view, selection }) =>
      view !== 'notebook' || selection.some((id) => `${path}/`.startsWith(`${prefix}${id}/`)),
  );
}

/** Which rows of an output to show: the one of the question that is followed, and those of a part of the wrong answers. */
export function useFollowedRows(artifact: ArtifactRef | undefined): {
  readonly row: number | undefined;
  readonly rows: readonly number[] | undefined;
  /** Whether it is known of which rows only a part is shown. */
  readonly isReady: boolean;
} {
  const { summary, trace } = useFollowedTrace();
  const at = summary?.stations.findIndex((station) => station.artifact.digest === artifact?.digest);
  const row = trace?.stops.find(({ station }) => station === at)?.row;
  const part = useReading((state) => state.part);
  const stations = useTraceSummary(part ?? undefined)?.stations ?? [];
  const isOnWay = stations.some((station) => station.artifact.digest === artifact?.digest);
  const { data: rows } = useQuery(
    queries.traces.rows.queryOptions(
      {
        ...(part ?? noAnswers),
        part: part?.part ?? 'model',
        station: artifact?.digest ?? '',
      },
      { enabled: part !== null && isOnWay, staleTime: Infinity, structuralSharing: false },
    ),
  );
  const known = part === null || !isOnWay ? undefined : rows;
  return { row, rows: known, isReady: part === null || !isOnWay || rows !== undefined };
}

/** Whether an answer is wrong. */
export function isWrong({ verdict }: QuestionTrace): boolean {
  return tracePart(verdict) !== undefined;
}
