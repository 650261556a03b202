import { type Chunk, chunkSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { type PreviewProps, RowList, SourceLink } from '../kit/ui/index.ts';

/** Each chunk below its added context. */
export function preview(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={chunkSchema} unit="chunks">
      {({ text, context, source }: Chunk) => (
        <div className="gk-row">
          <span className="gk-grow">
            <SourceLink span={source} open={props.openSpan} />
            {context !== undefined && <mark className="gk-mark">{context}</mark>}
            <small>{text}</small>
          </span>
        </div>
      )}
    </RowList>
  );
}
