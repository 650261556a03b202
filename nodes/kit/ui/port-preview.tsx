import {
  Adapter,
  adapterInfoSchema,
  Answers,
  Dataset,
  Documents,
  CrossEncoderModel,
  EmbedderModel,
  Hits,
  Judgements,
  Metrics,
  Model,
  Questions,
  Tokens,
} from '@graft/graph';
import type { ReactNode } from 'react';
import { AdapterView } from './adapter-view.tsx';
import { AnswerList } from './answer-list.tsx';
import { CrossEncoderFacts } from './cross-encoder-facts.tsx';
import { DatasetRows } from './dataset-rows.tsx';
import { DocumentRows } from './document-rows.tsx';
import { EmbedderFacts } from './embedder-facts.tsx';
import { HitList } from './hit-list.tsx';
import { JudgementList } from './judgement-list.tsx';
import { MetricsView } from './metrics-view.tsx';
import { ModelFacts } from './model-facts.tsx';
import type { PreviewComponent, PreviewProps } from './preview-props.ts';
import { QuestionRows } from './question-rows.tsx';
import { RawRows, RowList } from './row-list.tsx';
import { TokenRows } from './token-rows.tsx';

function AdapterRows(props: PreviewProps): ReactNode {
  return (
    <RowList {...props} schema={adapterInfoSchema} unit="adapters">
      {(info) => <AdapterView info={info} />}
    </RowList>
  );
}

const views: Readonly<Record<string, PreviewComponent>> = {
  [Documents.mediaType]: DocumentRows,
  [Questions.mediaType]: QuestionRows,
  [Hits.mediaType]: HitList,
  [Answers.mediaType]: AnswerList,
  [Dataset.mediaType]: DatasetRows,
  [Tokens.mediaType]: TokenRows,
  [Metrics.mediaType]: MetricsView,
  [Judgements.mediaType]: JudgementList,
  [Adapter.mediaType]: AdapterRows,
  [Model.mediaType]: ModelFacts,
  [EmbedderModel.mediaType]: EmbedderFacts,
  [CrossEncoderModel.mediaType]: CrossEncoderFacts,
};

/** The view of a port type that several nodes give, for a node that has several outputs, or one of any type. */
export function PortPreview(props: PreviewProps): ReactNode {
  const View = views[props.artifact.mediaType] ?? RawRows;
  return <View {...props} />;
}
