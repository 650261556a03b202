import { bytes, plural } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, queries } from '../../api/client.ts';
import { Section } from './parts.tsx';
import type { Question } from './use-settings.ts';

type Preview = Awaited<ReturnType<typeof api.settings.cleanUpPreview.query>>;

/** Bytes of results that a clean-up can keep, where there are more. */
const limits = [10e9, 5e9, 1e9, 500e6, 100e6] as const;
/** Keeps all results, and removes only what nobody uses. */
const keepAll = Number.MAX_SAFE_INTEGER;

/** What a clean-up frees. */
function freedBy({ before, after, checkpointBytes, scratch, converted }: Preview): number {
  return before - after + checkpointBytes + scratch + converted;
}

/** What a clean-up deletes, in words. */
function deletedWords({
  deleted,
  checkpoints,
  checkpointBytes,
  scratch,
  converted,
}: Preview): string {
  const parts = [
    deleted.actions > 0 ? plural(deleted.actions, 'result') : undefined,
    deleted.artifacts > 0 ? plural(deleted.artifacts, 'artifact') : undefined,
    deleted.families > 0 ? `rows of ${plural(deleted.families, 'step')}` : undefined,
    checkpoints > 0
      ? `checkpoints of ${plural(checkpoints, 'step')} (${bytes(checkpointBytes)})`
      : undefined,
    scratch > 0 ? `${bytes(scratch)} of steps that died` : undefined,
    converted > 0
      ? `${bytes(converted)} of converted models that were not read for a week`
      : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** What Graft takes of the disk, and how to free some of it. */
export function DiskTab({ ask }: { readonly ask: (question: Question) => void }) {
  const { data: disk, error } = useQuery(queries.settings.disk.queryOptions());
  if (error !== null)
    return (
      <p role="alert" className="text-error">
        {error.message}
      </p>
    );
  if (disk === undefined) return <p className="text-ink-2">Measuring …</p>;
  const { state, models } = disk;
  const rows = [
    ['Results and rows', state.results],
    ['Checkpoints of unfinished training', state.checkpoints],
    ['Steps at work', state.scratch],
    [
      'Run records and other files',
      Math.max(0, state.total - state.results - state.checkpoints - state.scratch),
    ],
  ] as const;
  return (
    <>
      <Section title="This workspace" about={<Place {...state} />}>
        <Sizes label="This workspace" rows={rows} />
      </Section>
      <CleanUp results={state.results} ask={ask} />
      <Section title="Models" about={<Place {...models} />}>
        <p className="text-ink-2">All workspaces share them. Delete models under Models.</p>
      </Section>
    </>
  );
}

function Place(place: { readonly total: number; readonly folder: string; readonly free: number }) {
  return (
    <>
      {bytes(place.total)} in{' '}
      <code className="font-mono text-[11.5px] text-ink">{place.folder}</code>; the disk has{' '}
      {bytes(place.free)} left.
    </>
  );
}

function Sizes(props: {
  readonly label: string;
  readonly rows: readonly (readonly [string, number])[];
}) {
  return (
    <dl aria-label={props.label} className="max-w-[34rem] border-y border-line">
      {props.rows.map(([name, size]) => (
        <div
          key={name}
          className="flex justify-between gap-4 border-t border-line py-1.5 first:border-t-0"
        >
          <dt>{name}</dt>
          <dd className="tabular-nums">{bytes(size)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Frees room as `graft cache gc` does, after it has said what goes. */
function CleanUp(props: { readonly results: number; readonly ask: (question: Question) => void }) {
  const { results, ask } = props;
  const [keep, setKeep] = useState(keepAll);
  const [done, setDone] = useState<string>();
  const { data: preview, isFetching } = useQuery(
    queries.settings.cleanUpPreview.queryOptions({ keep }, { staleTime: 0 }),
  );
  const freed = preview === undefined ? 0 : freedBy(preview);
  const choices = [
    [keepAll, `All results (${bytes(results)})`],
    ...limits
      .filter((limit) => limit < results)
      .map((limit) => [limit, `The newest ${bytes(limit)}`] as const),
    [0, 'No results'],
  ] as const;
  const clean = async (): Promise<void> => {
    const report = await api.settings.cleanUp.mutate({ keep });
    const rest = report.reached ? '' : ' Running runs use the rest.';
    setDone(`Freed ${bytes(freedBy(report))}: ${deletedWords(report)}.${rest}`);
    setKeep(keepAll);
  };
  return (
    <Section
      title="Clean up"
      about="Every result can be computed again. Graft deletes the least recently used results first. It keeps the records of runs, and everything that a run in progress uses. Checkpoints that were not used for a week go as well."
    >
      <div className="flex flex-wrap items-end gap-3">
        <label className="block min-w-56">
          <span className="mb-1 block font-[550]">Keep</span>
          <select
            className="field"
            value={keep}
            onChange={({ target }) => {
              setDone(undefined);
              setKeep(Number(target.value));
            }}
          >
            {choices.map(([limit, words]) => (
              <option key={limit} value={limit}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className="button"
          disabled={freed === 0 || isFetching}
          onClick={() =>
            preview !== undefined &&
            ask({
              text: `Free ${bytes(freed)}? Graft deletes ${deletedWords(preview)}.`,
              yes: `Free ${bytes(freed)}`,
              act: clean,
            })
          }
        >
          Clean up …
        </button>
      </div>
      <p role="status" className="mt-2 text-ink-2">
        {done ??
          (preview === undefined || isFetching
            ? 'Checking what can be freed …'
            : freed === 0
              ? 'There is nothing to free.'
              : `Frees ${bytes(freed)}: ${deletedWords(preview)}.`)}
      </p>
    </Section>
  );
}
