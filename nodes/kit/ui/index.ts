export { AnswerList, AnswerText, VerdictMark } from './ports/answer-list.tsx';
export { beginning } from './text/beginning.ts';
export {
  bytes,
  clock,
  count,
  duration,
  measure,
  percent,
  plural,
  roughly,
} from './text/amounts.ts';
export { Chart } from './charts/chart.tsx';
export { CurveFacts, type TrainingProgress } from './charts/curve-facts.tsx';
export { Curves } from './charts/curves.tsx';
export { DatasetRows } from './ports/dataset-rows.tsx';
export { DocumentRows } from './ports/document-rows.tsx';
export { EmbeddingMapView, type EmbeddingMapProps, type MapLayout } from './map/embedding-map.tsx';
export { DifferenceVerdict, Estimate } from './metrics/estimate.tsx';
export { EvidenceTableView } from './metrics/evidence-table.tsx';
export { Facts } from './text/facts.tsx';
export { HitList } from './ports/hit-list.tsx';
export type { ScoreShare } from './ports/score-parts.tsx';
export { type Mark, MarkedText } from './text/marked-text.tsx';
export { MetricsView, useMetricRows } from './metrics/metrics-view.tsx';
export { IntervalMark } from './metrics/interval-mark.tsx';
export { ModelFacts } from './ports/model-facts.tsx';
export { ModuleMap, type ModuleValue } from './charts/module-map.tsx';
export { originOf, placeLabel, spanLabel } from './text/origin.ts';
export { PassageList, showPassage, type PassageListProps } from './ports/passage-list.tsx';
export { PortPreview } from './port-preview.tsx';
export { QuestionRows } from './ports/question-rows.tsx';
export type { PreviewComponent, PreviewProps } from './preview-props.ts';
export {
  Pager,
  RawRow,
  RawRows,
  RowList,
  numberAt,
  placeOfRow,
  fittingRows,
  type FittingRow,
} from './list/row-list.tsx';
export { SourceLink, OriginIcon } from './text/source-link.tsx';
export { mostOnPaper, scrollRows } from './list/virtual-rows.tsx';
export { Sparkline } from './charts/sparkline.tsx';
