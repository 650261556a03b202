import type { Prompt, Span } from '@graft/graph';
import type { ReactNode } from 'react';
import { plural } from '../text/amounts.ts';
import type { PreviewProps } from '../preview-props.ts';
import { SourceLink } from '../text/source-link.tsx';

export interface PassageListProps {
  readonly prompt: Prompt;
  /** Numbers of the passages that the answer cites; undefined while there is no answer. */
  readonly cited: ReadonlySet<number> | undefined;
  readonly open?: PreviewProps['openSpan'];
  /** Draws the text of a passage; absent: as it is written. */
  readonly children?: (text: string, source: Span) => ReactNode;
}

/** Unfolds the passages of an answer at one of them, and scrolls to it. `within`: what holds the answer and its passages. */
export function showPassage(within: Element | null, number: number): void {
  const passage = within?.querySelector<HTMLElement>(`[data-passage="${String(number)}"]`);
  if (passage === null || passage === undefined) return;
  const fold = passage.closest('details');
  if (fold !== null) fold.open = true;
  passage.focus({ preventScroll: true });
  passage.closest('li')?.scrollIntoView({ block: 'nearest' });
}

/** The passages that the model was given, folded. */
export function PassageList({ prompt, cited, open, children }: PassageListProps): ReactNode {
  const { passages, text, dropped } = prompt;
  return (
    <details className="gk-passages">
      <summary>
        {passages.length === 0 ? 'No passages' : plural(passages.length, 'passage')} in the prompt
        {dropped > 0 && ` · ${plural(dropped, 'hit')} left out: beyond the budget`}
      </summary>
      <ol>
        {passages.map(({ number, source, start, end }) => (
          <li key={number}>
            <span>
              <span className="gk-number">[{number}]</span>
              <SourceLink span={source} open={open} />
              {cited?.has(number) === true && <span className="gk-tag gk-after">cited</span>}
            </span>
            {/* Scrolls where it is long, also by key. */}
            <div
              className="gk-text"
              data-passage={number}
              tabIndex={0}
              role="group"
              aria-label={`Passage ${number}`}
            >
              {children === undefined
                ? text.slice(start, end).trim()
                : children(text.slice(start, end).trim(), source)}
            </div>
          </li>
        ))}
      </ol>
    </details>
  );
}
