import { count, plural } from '@graft/nodes/kit/ui';
import { useEffect, useState, type ReactNode } from 'react';
import { DownIcon, FilterIcon, UpIcon } from '../icons.tsx';
import { type ArtifactRef, isRecord, Metrics } from '@graft/graph';

/** Whether the rows of an output hold text to search: of metrics, only labelled rows do. */
export function isFindable({ mediaType }: ArtifactRef, rows: readonly unknown[]): boolean {
  if (mediaType !== Metrics.mediaType) return true;
  return rows.some((row) => isRecord(row) && typeof row['label'] === 'string');
}

/** The result of a search over the rows of an output. */
export interface Found {
  /** Numbers of the rows that match, from 0, in order. */
  readonly rows: readonly number[];
  /** Number of searched rows. */
  readonly searched: number;
  /** Whether all rows were searched. */
  readonly complete: boolean;
  /** Whether the search continues. */
  readonly searching: boolean;
  /** Whether the search continues and has found nothing yet. */
  readonly loading: boolean;
}

/** Positions of rows in another order than by number. */
export interface Places {
  readonly placeOf: (row: number) => number;
  readonly first: number | undefined;
  readonly last: number | undefined;
}

export interface FindBarProps {
  readonly total: number;
  /** Number of rows, where only a part of them is shown and searched. */
  readonly part?: number | undefined;
  /** Whether the rows can be searched; those of a curve cannot. */
  readonly findable: boolean;
  /** Whether a row can be reached by number; tables show all rows at once. */
  readonly byRow: boolean;
  readonly text: string;
  readonly search: (text: string) => void;
  readonly found: Found | undefined;
  readonly current: number | undefined;
  readonly goTo: (row: number) => void;
  /** Whether only matching rows are shown; absent if that is impossible. */
  readonly only?: { readonly on: boolean; readonly set: (on: boolean) => void } | undefined;
  /** The positions of rows, if they are ordered otherwise than by number. */
  readonly places?: Places | undefined;
  /** The choice of the order. */
  readonly sort?: ReactNode;
  /** Further controls at the end of the bar. */
  readonly children?: ReactNode;
}

interface Step {
  readonly current: number | undefined;
  readonly step: 1 | -1;
  /** The position of a row. */
  readonly place: (row: number) => number;
}

/** The match after (or before) the marked row, wrapping around. */
function neighbour({ rows }: Found, { current, step, place }: Step): number | undefined {
  const at = current === undefined ? undefined : place(current);
  if (step === 1) return rows.find((row) => place(row) > (at ?? -1)) ?? rows[0];
  return rows.findLast((row) => place(row) < (at ?? Infinity)) ?? rows.at(-1);
}

const byNumber = (row: number): number => row;

function foundText(found: Found, current: number | undefined): string {
  if (found.loading) return '…';
  const all = `${count(found.rows.length)}${found.complete ? '' : '+'}`;
  const at = current === undefined ? -1 : found.rows.indexOf(current);
  if (found.rows.length === 0) return 'none';
  return at === -1 ? all : `${count(at + 1)} of ${all}`;
}

function foundTitle({ complete, searching, searched }: Found): string | undefined {
  if (complete) return undefined;
  return searching
    ? `${plural(searched, 'row')} searched so far`
    : `Stopped after ${plural(searched, 'row')}: there may be more.`;
}

function Find(props: FindBarProps) {
  const { text, search, found, current, goTo, total, part = total, byRow, only, places } = props;
  /** Enter was pressed before the match was found. */
  const [waiting, setWaiting] = useState<1 | -1>();
  const go = (step: 1 | -1): void => {
    setWaiting(found?.loading === true ? step : undefined);
    const place = places?.placeOf ?? byNumber;
    const row =
      found === undefined || found.loading ? undefined : neighbour(found, { current, step, place });
    if (row !== undefined) goTo(row);
  };
  useEffect(() => {
    if (waiting !== undefined && found?.loading === false) go(waiting);
  });
  const none = found === undefined || found.rows.length === 0;
  return (
    <div className="flex min-w-[200px] flex-1 items-center">
      <span className="relative min-w-0 flex-1">
        <input
          type="search"
          className={`field h-[26px] ${found === undefined ? '' : 'pr-16'}`}
          data-find
          aria-label="Find in all rows"
          placeholder={byRow ? `Find in ${plural(part, 'row')}` : 'Find in the table'}
          value={text}
          onChange={(event) => search(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && text !== '') search('');
            else if (event.key === 'Enter') go(event.shiftKey ? -1 : 1);
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
        {found === undefined ? null : (
          <span
            className="pointer-events-none absolute top-0 right-2 leading-[26px] text-sm text-ink-2 tabular-nums"
            role="status"
            data-testid="found"
            title={foundTitle(found)}
          >
            {foundText(found, current)}
          </span>
        )}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label="Previous match"
        title="Previous match (⇧ ↵)"
        disabled={none}
        onClick={() => go(-1)}
      >
        <UpIcon />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Next match"
        title="Next match (↵)"
        disabled={none}
        onClick={() => go(1)}
      >
        <DownIcon />
      </button>
      {only === undefined ? null : (
        <button
          type="button"
          className="icon-button aria-pressed:bg-accent-soft aria-pressed:text-accent"
          aria-label="Only rows that match"
          title="Only rows that match"
          aria-pressed={only.on}
          disabled={found === undefined && !only.on}
          onClick={() => only.set(!only.on)}
        >
          <FilterIcon />
        </button>
      )}
    </div>
  );
}

/** Up to this many rows are read at a glance: an output of so few has nothing to search, sort or jump in. */
export const fewRows = 8;
/** From this many rows, people name a row by its number. */
const manyRows = 20;
/** Up to this many rows, both ends are a scroll away. */
const nearRows = 50;

type JumpProps = Pick<FindBarProps, 'total' | 'goTo' | 'current' | 'places'>;

function Jump({ total, goTo, current, places }: JumpProps) {
  const [typed, setTyped] = useState<string>();
  const send = (): void => {
    const row = Number(typed?.replaceAll(/[,\s]/g, ''));
    if (typed !== undefined && Number.isInteger(row) && row > 0) goTo(Math.min(total, row) - 1);
    setTyped(undefined);
  };
  return (
    <form
      className="flex items-center gap-1 text-sm text-ink-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {total > nearRows ? (
        <span className="mr-2 flex gap-1">
          <button
            type="button"
            className="hover:text-ink hover:underline"
            onClick={() => goTo(places?.first ?? 0)}
          >
            First
          </button>
          ·
          <button
            type="button"
            className="hover:text-ink hover:underline"
            onClick={() => goTo(places?.last ?? total - 1)}
          >
            Last
          </button>
        </span>
      ) : null}
      <label className="flex items-center gap-1.5">
        Row
        <input
          className={`field h-[22px] px-1.5 text-sm tabular-nums ${total > nearRows ? 'w-[68px]' : 'w-[44px]'}`}
          inputMode="numeric"
          aria-label="Go to row"
          placeholder={current === undefined ? '' : count(current + 1)}
          value={typed ?? ''}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={() => setTyped(undefined)}
        />
      </label>
      <span>of {count(total)}</span>
    </form>
  );
}

/** Above an output: searches its rows, or goes to one. */
export function FindBar({ children, ...props }: FindBarProps) {
  const { findable, byRow, total, part, found, only, sort } = props;
  const jumps = byRow && part === undefined && total > manyRows;
  const shown = only?.on === true && found !== undefined ? found.rows.length : part;
  return (
    <div className="output-bar sticky top-0 z-10 flex flex-col gap-1.5 border-b border-line bg-panel px-4 py-1.5">
      <div className="flex min-h-[26px] flex-wrap items-center justify-end gap-1">
        {findable && total > fewRows ? <Find {...props} /> : <span className="flex-1" />}
        {children}
      </div>
      <div className="flex min-h-[26px] flex-wrap items-center gap-x-4 gap-y-1 empty:hidden">
        {shown === undefined ? null : (
          <span className="text-sm font-[550]" data-testid="matching">
            {count(shown)} of {plural(total, 'row')}
          </span>
        )}
        {total > fewRows ? sort : null}
        {jumps ? <Jump {...props} /> : null}
      </div>
    </div>
  );
}
