import { promptSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { MarkedText, plural, type PreviewProps, RowList } from '../kit/ui/index.ts';

/** Each prompt as the model receives it. */
export function preview(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={promptSchema} unit="prompts">
      {({ question, text, tokens }, at) => (
        <details className="gk-fold" open={at === 0}>
          <summary>
            <span className="gk-grow">{question.question}</span>
            <span className="gk-faint">{plural(tokens, 'token')}</span>
          </summary>
          <MarkedText text={text} marks={[]} />
        </details>
      )}
    </RowList>
  );
}
