import { type Prompt, promptSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import {
  MarkedText,
  plural,
  type PreviewProps,
  RowList,
  SourceLink,
  spanLabel,
} from '../kit/ui/index.ts';

/** Each prompt with its injected passages marked. */
export function preview(props: PreviewProps): ReactNode {
  const budget = props.params['budget'];
  return (
    <RowList {...props} schema={promptSchema} unit="prompts">
      {(prompt: Prompt, at) => (
        <details className="gk-fold" open={at === 0 || at === props.went?.row}>
          <summary>
            <span className="gk-grow">{prompt.question.question}</span>
            <span className="gk-faint">
              {prompt.tokens.toLocaleString('en')}
              {typeof budget === 'number' && ` of ${budget.toLocaleString('en')}`} tokens
            </span>
          </summary>
          <MarkedText
            text={prompt.text}
            marks={prompt.passages.map(({ start, end, source, number }) => ({
              start,
              end,
              label: `[${number}] ${spanLabel(source)}`,
            }))}
          />
          <ol className="gk-citations">
            {prompt.passages.map(({ number, source }) => (
              <li key={number}>
                <span className="gk-number">[{number}]</span>
                <SourceLink span={source} open={props.openSpan} />
              </li>
            ))}
          </ol>
          {prompt.dropped > 0 && (
            <p className="gk-faint">{plural(prompt.dropped, 'hit')} left out: beyond the budget.</p>
          )}
        </details>
      )}
    </RowList>
  );
}
