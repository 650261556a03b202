import {
  type CrossEncoderInfo,
  CrossEncoderModel,
  type EmbedderInfo,
  EmbedderModel,
  type ModelRef,
  modelSchema,
  type RemoteCrossEncoderInfo,
  type RemoteEmbedderInfo,
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

const mono = (text: string): ReactNode => <span className="gk-mono">{text}</span>;

/** Where the weights of an encoder are, and how they were trained. */
function originOf(
  info: EmbedderInfo | RemoteEmbedderInfo | CrossEncoderInfo | RemoteCrossEncoderInfo,
): readonly (readonly [string, ReactNode])[] {
  if ('remote' in info) return [['weights', <>remote: {mono(info.remote.url)}</>]];
  return [
    ['trained from', info.base.id],
    ['trained', trained[info.method]],
    ['context', `${count(info.contextLength)} tokens`],
    ['weights', mono(info.weights)],
  ];
}

/** Facts of a cross-encoder, trained or on a server. */
export function CrossEncoderFacts(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={CrossEncoderModel.schema} unit="cross-encoders">
      {(info) => (
        <Facts
          facts={[['cross-encoder', info.id], ...originOf(info), ['digest', mono(info.digest)]]}
        />
      )}
    </RowList>
  );
}

/** Facts of an embedder, trained or on a server. */
export function EmbedderFacts(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={EmbedderModel.schema} unit="embedders">
      {(info) => (
        <Facts
          facts={[
            ['embedder', info.id],
            ['vectors', `${count(info.dimension)} numbers`],
            ...originOf(info),
            ['digest', mono(info.digest)],
          ]}
        />
      )}
    </RowList>
  );
}
