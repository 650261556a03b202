import { type CrossEncoderInfo, crossEncoderInfoSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { count } from '../text/amounts.ts';
import { Facts } from '../text/facts.tsx';
import type { PreviewProps } from '../preview-props.ts';
import { RowList } from '../list/row-list.tsx';

/** What a trained cross-encoder says of itself. */
export function CrossEncoderFacts(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={crossEncoderInfoSchema} unit="cross-encoders">
      {(info: CrossEncoderInfo) => (
        <Facts
          facts={[
            ['cross-encoder', info.id],
            ['trained from', info.base.id],
            ['trained', info.method === 'lora' ? 'LoRA weights' : 'all weights'],
            ['context', `${count(info.contextLength)} tokens`],
            ['weights', <span className="gk-mono">{info.weights}</span>],
            ['digest', <span className="gk-mono">{info.digest}</span>],
          ]}
        />
      )}
    </RowList>
  );
}
