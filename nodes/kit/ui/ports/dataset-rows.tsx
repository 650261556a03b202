import { type Example, exampleSchema, type Turn } from '@graft/graph';
import type { ReactNode } from 'react';
import type { PreviewProps } from '../preview-props.ts';
import { RowList } from '../list/row-list.tsx';

/** Characters of a turn shown before it folds. */
const shown = 4_000;

/** Examples as conversations, with the trained parts marked. */
export function DatasetRows(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={exampleSchema} unit="examples">
      {(example: Example, at) => (
        <details className="gk-fold" open={at < 2}>
          <summary>
            <span className="gk-grow gk-clip">{firstWords(example)}</span>
            <SplitBadge split={example.split} />
          </summary>
          <div className="gk-talk">
            {example.turns.map((turn, index) => (
              <Bubble key={index} turn={turn} />
            ))}
          </div>
          <p className="gk-faint gk-row-place">
            <span className="gk-mono">{example.path}</span> · row {example.row.toLocaleString('en')}
            {example.kind === 'text' && ' · plain text, no chat template'}
          </p>
        </details>
      )}
    </RowList>
  );
}

export function SplitBadge({ split }: { readonly split: Example['split'] }): ReactNode {
  return (
    <span className="gk-tag" data-split={split}>
      {split}
    </span>
  );
}

/** The example's subject: its question, else its beginning. */
function firstWords({ turns }: Example): string {
  const turn = turns.find(({ role }) => role === 'user') ?? turns[0];
  return turn?.content.slice(0, 160) ?? '';
}

/** Splits a text into a visible and a folded part, never within a word of ordinary length. */
function partsOf(text: string): readonly [string, string] {
  if (text.length <= shown) return [text, ''];
  const space = text.lastIndexOf(' ', shown);
  const end = space > shown / 2 ? space + 1 : shown;
  return [text.slice(0, end), text.slice(end)];
}

function Bubble({ turn }: { readonly turn: Turn }): ReactNode {
  const { role, content, trained } = turn;
  const [first, rest] = partsOf(content);
  return (
    <div className="gk-turn" data-role={role} data-trained={trained}>
      <small>
        {role}
        {trained && <b> · trained</b>}
      </small>
      <div className="gk-bubble">
        {first}
        {rest !== '' && (
          <details>
            <summary className="gk-faint">
              {rest.length.toLocaleString('en')} more characters
            </summary>
            {rest}
          </details>
        )}
      </div>
    </div>
  );
}
