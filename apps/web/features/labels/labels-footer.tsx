import type { Label, Labels } from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import type { ReactNode } from 'react';
import { keyName } from '../../kit/chord.ts';
import { labelWord } from './answer-line.tsx';
import type { UseLabelBook } from './label-book.ts';

interface FooterProps {
  readonly useBook: UseLabelBook;
  readonly done: () => void;
  /** Closes it whatever is not saved. */
  readonly discard: () => void;
}

function Notice({ children, text }: { readonly text: string; readonly children: ReactNode }) {
  return (
    <div className="mb-2 flex items-center gap-3" role="alert">
      <p className="min-w-0 flex-1 font-[550] whitespace-pre-line">{text}</p>
      <div className="flex gap-2">{children}</div>
    </div>
  );
}

/** What somebody else said otherwise meanwhile. */
function clashText(clashes: ReadonlyMap<string, Label | undefined>, labels: Labels): string {
  const [[key, mine] = ['', undefined], ...more] = clashes;
  const theirs = labels.get(key);
  if (more.length > 0) {
    return `Somebody else changed ${plural(clashes.size, 'label')} in the meantime. Graft kept theirs.`;
  }
  const question = (theirs ?? mine)?.question ?? '';
  return `Somebody else changed the label of “${question}” in the meantime: ${labelWord(theirs)}. Yours: ${labelWord(mine)}. Graft kept theirs.`;
}

const keys: readonly (readonly [string, string])[] = [
  ['↑ ↓', 'go'],
  ['N', 'note'],
  ['Del', 'remove label'],
  [keyName('Z'), 'undo'],
];

/** Below the answers: whether all is saved, what others did meanwhile, and the keys. */
export function LabelsFooter({ useBook, done, discard }: FooterProps) {
  const { labels, state, failure, clashes, settle, flush } = useBook();
  return (
    <>
      {state !== 'failed' ? null : (
        <Notice text={`Not saved: ${failure ?? ''}`}>
          <button type="button" className="button" onClick={() => void flush()}>
            Try again
          </button>
          <button type="button" className="button stop" onClick={discard}>
            Close without saving
          </button>
        </Notice>
      )}
      {clashes.size === 0 || labels === undefined ? null : (
        <Notice text={clashText(clashes, labels)}>
          <button type="button" className="button" onClick={() => settle('theirs')}>
            Keep theirs
          </button>
          <button type="button" className="button stop" onClick={() => settle('mine')}>
            Use mine
          </button>
        </Notice>
      )}
      <div className="flex min-h-[30px] items-center gap-4 text-sm text-ink-2">
        <span className="w-20" role="status" data-testid="labels-state">
          {labels === undefined
            ? ''
            : { saved: 'Saved', unsaved: 'Saving …', failed: 'Not saved' }[state]}
        </span>
        {labels === undefined
          ? null
          : keys.map(([key, does]) => (
              <span key={key} className="flex items-center gap-1.5 whitespace-nowrap">
                <kbd className="kbd">{key}</kbd> {does}
              </span>
            ))}
        <span className="flex-1" />
        <button type="button" className="button text-base text-ink" onClick={done}>
          Done
        </button>
      </div>
    </>
  );
}
