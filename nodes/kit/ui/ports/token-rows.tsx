import { type TokenRow, tokenRowSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { count } from '../text/amounts.ts';
import { SplitBadge } from './dataset-rows.tsx';
import type { PreviewProps } from '../preview-props.ts';
import { RowList } from '../list/row-list.tsx';

/** Most tokens shown of a row. */
const shown = 2_000;

/** Each example in the model's tokens: trained ones in colour, white space and special tokens visible. */
export function TokenRows(props: PreviewProps): ReactNode {
  return (
    <>
      <p className="gk-legend gk-faint">
        <span className="gk-token" data-trained="true">
          trained
        </span>
        <span className="gk-token" data-trained="false">
          not trained
        </span>
        <span className="gk-token" data-special="true">
          special
        </span>
        <span>
          <span className="gk-blank">·</span> space
        </span>
        <span>
          <span className="gk-blank">⏎</span> line end
        </span>
      </p>
      <RowList {...props} schema={tokenRowSchema} unit="rows">
        {(row: TokenRow, at) => (
          <details className="gk-fold" open={at < 3}>
            <summary>
              <span className="gk-grow gk-mono">{row.id}</span>
              <span className="gk-faint">
                {count(row.trained.filter(Boolean).length)} of {count(row.pieces.length)} tokens
                trained
              </span>
              <SplitBadge split={row.split} />
            </summary>
            <TokenText row={row} />
          </details>
        )}
      </RowList>
    </>
  );
}

/** Markers that are one token: `<|im_end|>`, `</s>`, `<start_of_turn>`, `[SEP]`. */
const special = /^(<\|[^|]+\|>|<\/?[a-z_]+>|\[[A-Z]+\])$/;

function TokenText({ row }: { readonly row: TokenRow }): ReactNode {
  const { pieces, trained } = row;
  return (
    <div className="gk-text gk-mono gk-tokens">
      {pieces.slice(0, shown).map((piece, at) => (
        <span
          key={at}
          className="gk-token"
          data-trained={trained[at] === true}
          data-special={special.test(piece)}
          title={`token ${at + 1}: ${JSON.stringify(piece)}`}
        >
          {visible(piece)}
        </span>
      ))}
      {pieces.length > shown && (
        <span className="gk-faint"> … {count(pieces.length - shown)} more tokens</span>
      )}
    </div>
  );
}

/** A piece with visible white space; a line break still breaks the line. */
function visible(piece: string): ReactNode {
  if (!/\s/.test(piece)) return piece === '' ? <span className="gk-blank">∅</span> : piece;
  return piece.split(/(\s)/).map((part, at) => {
    const sign = signs[part];
    if (sign === undefined) return part;
    return (
      <span key={at} className="gk-blank">
        {sign}
        <wbr />
      </span>
    );
  });
}

const signs: Readonly<Record<string, string>> = {
  ' ': '·',
  '\n': '⏎\n',
  '\r': '␍',
  '\t': '⇥\t',
};
