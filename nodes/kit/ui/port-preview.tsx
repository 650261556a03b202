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
import { AdapterView } from './ports/adapter-view.tsx';
import { AnswerList } from './ports/answer-list.tsx';
import { DatasetRows } from './ports/dataset-rows.tsx';
import { DocumentRows } from './ports/document-rows.tsx';
import { HitList } from './ports/hit-list.tsx';
import { JudgementList } from './ports/judgement-list.tsx';
import { MetricsView } from './metrics/metrics-view.tsx';
import { ModelFacts, CrossEncoderFacts, EmbedderFacts } from './ports/model-facts.tsx';
import type { PreviewComponent, PreviewProps } from './preview-props.ts';
import { QuestionRows } from './ports/question-rows.tsx';
import { RawRows, RowList } from './list/row-list.tsx';
import { TokenRows } from './ports/token-rows.tsx';

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

/** The view of a port type that several nodes give: for nodes with several outputs, or with one of any type. */
export function PortPreview(props: PreviewProps): ReactNode {
  const View = views[props.artifact.mediaType] ?? RawRows;
  return <View {...props} />;
}
