import { useQuery } from '@tanstack/react-query';
import { useId, useRef } from 'react';
import { queries } from '../../api/client.ts';
import { bestStart, type Start, startsFor, type TemplateId } from '@graft/view';
import { useOverlay } from '../../kit/stores.ts';
import { takeChosen } from './drop.ts';

interface Starts {
  readonly starts: readonly Start[];
  /** Whether the folder is still being looked through. */
  readonly isLooking: boolean;
}

/** The ways to begin a graph. Files may have come since the folder was last looked through. */
export function useStarts(isAsked: boolean): Starts {
  const { data, isLoading } = useQuery(
    queries.catalogue.material.queryOptions(undefined, { staleTime: 0, enabled: isAsked }),
  );
  return { starts: startsFor(data), isLooking: isLoading };
}

interface ChoiceProps extends Starts {
  /** Absent while the folder is still being looked through. */
  readonly chosen: TemplateId | undefined;
  readonly choose: (id: TemplateId) => void;
}

/** What a new graph begins with. All ways are listed, so that none appears under the pointer. */
export function StartChoice({ starts, isLooking, chosen, choose }: ChoiceProps) {
  const id = useId();
  return (
    <fieldset className="mt-3 min-w-0">
      <legend className="mb-1 font-[550]">Start with</legend>
      {starts.map(({ id: start, title, about, lay }) => (
        <label
          key={start}
          className="flex items-start gap-2.5 rounded-[7px] px-2 py-1.5 hover:bg-paper has-checked:bg-accent-soft"
        >
          <input
            type="radio"
            name={id}
            className="mt-1"
            checked={start === chosen}
            disabled={lay === undefined}
            aria-labelledby={`${id}-${start}`}
            aria-describedby={`${id}-${start}-about`}
            onChange={() => choose(start)}
          />
          <span className="min-w-0 flex-1">
            <span
              id={`${id}-${start}`}
              className={`block ${lay === undefined ? 'text-ink-2' : 'font-[550]'}`}
            >
              {title}
            </span>
            <span
              id={`${id}-${start}-about`}
              // Two lines from the first: what comes must not move the buttons below.
              className={`min-h-[2lh] text-sm text-ink-2 ${lay === undefined ? 'block' : 'line-clamp-2'}`}
              title={about}
            >
              {lay === undefined && isLooking ? 'Looking through the folder …' : about}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** A way to begin; where its files are missing, they are asked for. */
function StartOffer({ start, isBest }: { readonly start: Start; readonly isBest: boolean }) {
  const { id: template, title, about, lay } = start;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const isReady = lay !== undefined;
  const begin = (): void =>
    isReady
      ? useOverlay.getState().show({ nameQuestion: { kind: 'new', start: template } })
      : input.current?.click();
  return (
    <>
      <button
        type="button"
        className="flex w-full items-center gap-4 px-4 py-2.5 text-left hover:bg-paper"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-about`}
        onClick={begin}
      >
        <span className="min-w-0 flex-1">
          <span id={`${id}-title`} className={isReady ? 'font-[600] text-accent' : 'text-ink-2'}>
            {title} …
          </span>
          <span id={`${id}-about`} className="mt-0.5 line-clamp-2 text-sm text-ink-2">
            {isReady ? about : `${about} Choose or drop files.`}
          </span>
        </span>
        {isBest ? (
          <span className="button go shrink-0" aria-hidden>
            Start
          </span>
        ) : null}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = '';
          if (files.length > 0) takeChosen(files);
        }}
      />
    </>
  );
}

/** The ways to begin with a model or with files of the folder, each a button. */
export function StartOffers({ starts }: Pick<Starts, 'starts'>) {
  const best = bestStart(starts);
  return (
    <ul
      aria-label="Ways to start"
      className="mt-4 divide-y divide-line overflow-hidden rounded-[9px] border border-line bg-panel"
    >
      {starts
        .filter((start) => start.id !== 'empty')
        .map((start) => (
          <li key={start.id}>
            <StartOffer start={start} isBest={start.id === best} />
          </li>
        ))}
    </ul>
  );
}
