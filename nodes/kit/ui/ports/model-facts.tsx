import {
  type ModelRef,
  modelSchema,
  type CrossEncoderInfo,
  crossEncoderInfoSchema,
  type EmbedderInfo,
  embedderInfoSchema,
} from '@graft/graph';
import type { ReactNode } from 'react';
import { count } from '../text/amounts.ts';
import { Facts } from '../text/facts.tsx';
import type { PreviewProps } from '../preview-props.ts';
import { RowList } from '../list/row-list.tsx';

/** A model's facts, and where its weights are. */
export function ModelFacts(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={modelSchema} unit="models">
      {(model: ModelRef) => (
        <Facts
          facts={[
            ['model', model.id],
            ['architecture', model.architecture],
            ['format', model.format],
            ['context', `${count(model.contextLength)} tokens`],
            [
              'weights',
              model.remote !== undefined ? (
                <>
                  remote: <span className="gk-mono">{model.remote.url}</span>
                </>
              ) : model.weights === undefined ? (
                'in the model catalogue'
              ) : (
                <>
                  trained in this workspace: <span className="gk-mono">{model.weights}</span>
                </>
              ),
            ],
            ['digest', <span className="gk-mono">{model.digest}</span>],
          ]}
        />
      )}
    </RowList>
  );
}

/** By training method. */
const trained = {
  lora: 'LoRA weights',
  full: 'all weights',
  'query-adapter': 'a map for the vectors of questions',
} as const;

/** Facts of a trained cross-encoder. */
export function CrossEncoderFacts(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={crossEncoderInfoSchema} unit="cross-encoders">
      {(info: CrossEncoderInfo) => (
        <Facts
          facts={[
            ['cross-encoder', info.id],
            ['trained from', info.base.id],
            ['trained', trained[info.method]],
            ['context', `${count(info.contextLength)} tokens`],
            ['weights', <span className="gk-mono">{info.weights}</span>],
            ['digest', <span className="gk-mono">{info.digest}</span>],
          ]}
        />
      )}
    </RowList>
  );
}

/** Facts of a trained embedder. */
export function EmbedderFacts(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={embedderInfoSchema} unit="embedders">
      {(info: EmbedderInfo) => (
        <Facts
          facts={[
            ['embedder', info.id],
            ['trained from', info.base.id],
            ['trained', trained[info.method]],
            ['vectors', `${count(info.dimension)} numbers`],
            ['context', `${count(info.contextLength)} tokens`],
            ['weights', <span className="gk-mono">{info.weights}</span>],
            ['digest', <span className="gk-mono">{info.digest}</span>],
          ]}
        />
      )}
    </RowList>
  );
}
