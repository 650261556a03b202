import { clock, Chart, plural } from '@graft/nodes/kit/ui';
import { problemText } from '@graft/view';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { queries } from '../../api/client.ts';
import { problemsOf } from '../../api/problem.ts';
import { lookAtRun } from './commands.ts';

/** The most files that get a line of their own. */
const mostLines = 4;
const colours = ['--c-evaluation', '--c-training', '--c-retrieval', '--c-language-model'];

const fileName = (path: string): string => path.replace(/\.graft\.json$/, '');

/** The course of a score over time: a line for each file. A click shows the run under the pointer. */
export function ScoreCourse(props: {
  readonly file: string | undefined;
  readonly text: string;
  /** Undefined: the headline of each run. */
  readonly score: string | undefined;
  readonly title: string;
}) {
  const { file, text, score, title } = props;
  const { data: points = [], error } = useQuery(
    queries.runs.course.queryOptions(
      { file, text, score },
      { staleTime: 0, placeholderData: keepPreviousData },
    ),
  );
  const [at, hover] = useState<number | null>(null);
  const { steps, series, files, isShare } = useMemo(() => {
    const counts = new Map<string, number>();
    for (const point of points) counts.set(point.file, (counts.get(point.file) ?? 0) + 1);
    const most = [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, mostLines);
    const drawn = most.map(([name]) => name);
    return {
      steps: points.map(({ startedAt }) => startedAt / 1_000),
      files: drawn,
      isShare: points.every(({ value }) => value >= 0 && value <= 1),
      series: drawn.map((name, index) => ({
        kind: 'line' as const,
        colour: colours[index] ?? '--c-evaluation',
        values: points.map((point) => (point.file === name ? point.value : null)),
      })),
    };
  }, [points]);
  const pointed = points.find(({ startedAt }) => startedAt / 1_000 === at) ?? points.at(-1);
  if (pointed === undefined && error !== null) {
    return <p className="px-3.5 pb-2 text-error">{problemsOf(error).map(problemText).join(' ')}</p>;
  }
  if (pointed === undefined) {
    return <p className="px-3.5 pb-2 text-ink-2">No run here has a score yet.</p>;
  }
  return (
    <figure
      className="mx-3.5 mb-2 shrink-0 cursor-pointer border-b border-line pb-1"
      data-testid="score-course"
      onClick={() => {
        if (at !== null) lookAtRun(pointed.run, pointed.file);
      }}
    >
      <figcaption className="flex flex-wrap items-baseline gap-x-3 text-sm">
        <b className="font-[580]">{title}</b>
        <span className="text-ink-2 tabular-nums" data-testid="score-point">
          {clock(pointed.startedAt)}: {pointed.text}
          {file === undefined ? ` · ${fileName(pointed.file)}` : ''}
        </span>
        {files.length < 2 ? null : (
          <span className="flex gap-3 text-ink-2">
            {files.map((name, index) => (
              <span
                key={name}
                className="flex items-center gap-1.5"
                style={{ '--c': `var(${colours[index] ?? ''})` }}
              >
                <i className="group-square" />
                {fileName(name)}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <Chart
        {...{ steps, series, height: 96, log: false, axis: true, time: true, sync: 'scores' }}
        share={isShare}
        label={`${title} over ${plural(points.length, 'run')}`}
        onHover={hover}
      />
    </figure>
  );
}
