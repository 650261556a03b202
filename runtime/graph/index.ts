export * from './base/errors.ts';
export * from './base/outages.ts';
export { globMatcher, globPattern } from './base/glob.ts';
export * from './rows/port-type.ts';
export * from './rows/port-types.ts';
export { portTypes, rowTypeIds, rowTypeOf, rowTypeParam } from './types/port-type-list.ts';
export { adapterWeightsParam, seedParam, secretName, secretParam } from './params/shared-params.ts';
export * from './metrics/metrics.ts';
export { keptStep } from './metrics/kept-step.ts';
export * from './rows/judgements.ts';
export {
  headlineInWords,
  metricInSentence,
  metricTitle,
  metricWords,
  signed,
  tableNumber,
  differenceWriter,
  times,
} from './metrics/metric-words.ts';
export * from './metrics/run-score.ts';
export { cleanNotes, notesLine, readNotes, type RunNotes } from './metrics/run-notes.ts';
export { knownMetric, metricSchema, type Metric } from './metrics/metric.ts';
export * from './rows/training-types.ts';
export * from './rows/dataset-formats.ts';
export { askedRow, turnsOf, type AskedRow } from './rows/asked-row.ts';
export * from './rows/encoder-types.ts';
export {
  answerVerdict,
  type AnswerVerdict,
  citationMarks,
  withoutCitations,
  abstains,
  referencesOf,
  rightAnswerTest,
  SearchedText,
  verdictRule,
} from './rows/answer-verdict.ts';
export { isLabelsFile } from './rows/labels-file.ts';
export {
  labelKey,
  labelsText,
  labelVersion,
  mergeLabels,
  parseLabels,
  type Label,
  type Labels,
  type LabelValue,
} from './rows/labels.ts';
export type { EmbeddingMap, EmbeddingVectors, MapQuestion } from './rows/embedding-map.ts';
export { RowIds, withContentId } from './rows/row-ids.ts';
export {
  checkRows,
  faultAt,
  rowFault,
  type RowFault,
  type RowsKind,
  rowOfType,
} from './rows/file-rows.ts';
export {
  foundPassages,
  questionAskedIn,
  questionOfRow,
  rowHolds,
  rowText,
  type RowText,
} from './rows/row-text.ts';
export { columnValue, rowColumns, verdictColumn, type RowColumn } from './rows/row-columns.ts';
export * from './metrics/evidence-table.ts';
export {
  evidenceTable,
  evidenceTableByTurns,
  type TableOptions,
  type VariantEvidence,
} from './evidence/make-table.ts';
export { fewestSeeds } from './evidence/two-way.ts';
export { armGraph } from './experiment/arm-graph.ts';
export { recommendationByTurns } from './evidence/recommendation.ts';
export { bestFirst, isLeadShown, standings, type Standing } from './evidence/leaders.ts';
export { type SettingWords, type WordsOfVariant } from './evidence/variant-words.ts';
export { inMetricWords, tableMetricWords } from './evidence/table-words.ts';
export { verdictWords } from './evidence/verdict-words.ts';
export {
  isRatio,
  settingText,
  tableNote,
  tableReasons,
  tableToCsv,
  tableToJson,
  tableToMarkdown,
  winTieLoss,
} from './evidence/table-text.ts';
export {
  powerOf,
  questionsNeeded,
  smallestGain,
  type PlannedComparison,
} from './evidence/power.ts';
export { paretoFront, type ParetoFront } from './evidence/pareto-front.ts';
export { agreementOf, verdictsOf, type Agreement, type Verdicts } from './evidence/agreement.ts';
export * from './evidence/race.ts';
export * from './evidence/answer-trace.ts';
export { partMeaning, partText, traceSentence, wrongParts } from './evidence/trace-text.ts';
export { SeededRandom, seededOrder } from './evidence/seeded-random.ts';
export * from './contracts/training.ts';
export * from './contracts/material.ts';
export * from './contracts/model-source.ts';
export * from './types/facets.ts';
export * from './types/resolved-source.ts';
export { canFeed, enginesOf } from './types/node-facets.ts';
export * from './types/node-type.ts';
export * from './types/lane.ts';
export * from './rows/embedding-layout.ts';
export * from './rows/hub-reference.ts';
export * from './rows/model-search.ts';
export * from './rows/model.ts';
export * from './rows/model-reference.ts';
export * from './contracts/artifact.ts';
export { modelTree } from './contracts/model-tree.ts';
export * from './contracts/action.ts';
export * from './contracts/step-checkpoint.ts';
export * from './metrics/remote-usage.ts';
export * from './contracts/run-event.ts';
export * from './contracts/experiment-event.ts';
export * from './contracts/run-store.ts';
export * from './contracts/run-past.ts';
export * from './contracts/stored-shape.ts';
export * from './contracts/execution.ts';
export * from './contracts/tokenizer.ts';
export * from './contracts/backend.ts';
export * from './contracts/web.ts';
export * from './contracts/databases.ts';
export * from './contracts/implementation.ts';
export * from './format/graph.ts';
export * from './format/graph-body.ts';
export * from './format/plan.ts';
export type { Annotations, Frame, Group, Note } from './format/annotation.ts';
export type {
  Arm,
  Experiment,
  ExperimentLimit,
  Experiments,
  Race,
  VaryMode,
} from './format/experiment.ts';
export {
  isLocked,
  lockKinds,
  noLock,
  type Lock,
  type LockEntry,
  type LockKind,
} from './format/lock.ts';
export { bendsOf, type Bend, type Bends } from './format/bends.ts';
export { broughtBends, setBends, withoutBends } from './compose/bend-edges.ts';
export {
  formatEdge,
  parseEdge,
  type Edge,
  parseFeed,
  type Feed,
  reachable,
} from './format/edge.ts';
export {
  graphFormat as GRAPH_FORMAT,
  maxNodes as MAX_NODES,
  maxText as MAX_TEXT,
  parseGraph,
} from './format/parse-graph.ts';
export { serializeGraph } from './format/serialize-graph.ts';
export {
  noGraphs,
  type GraphInterface,
  type InterfaceInput,
  type InterfaceLookup,
  type InterfaceOutput,
  type InterfaceParam,
} from './types/graph-interface.ts';
export { shapedType } from './types/shaped-type.ts';
export { rowsOfText } from './rows/text-rows.ts';
export { structuralTypes } from './types/structure-nodes.ts';
export {
  interfaceName,
  loopType,
  roundParam,
  setPrefix,
  structureOf,
} from './types/structure-names.ts';
export { GraphLibrary, type GraphLookup } from './plan/graph-library.ts';
export { usedFiles, variedFiles } from './format/used-graphs.ts';
export { meaningDigest, meaningOf } from './format/graph-meaning.ts';
export { loopRound, pathWithoutRounds, type LoopRound } from './plan/loop-round.ts';
export { createRegistry } from './types/registry.ts';
export { migrateGraph } from './format/migrate-graph.ts';
export { resolveGraph, type Resolution, validateGraph } from './plan/resolve-graph.ts';
export { planGraph, type PlanOptions } from './plan/plan-graph.ts';
export { canonicalAfter, canonicalEncode, hashParts } from './key/canonical-encode.ts';
export { cacheKey, familyParts, type CacheKeyInput } from './key/cache-key.ts';
export { explainMiss, fileMarks } from './key/explain-miss.ts';
export {
  answerStations,
  type AnswerStations,
  type QuestionTrace,
  type TraceStation,
  type TraceSummary,
} from './key/answer-stations.ts';
export { canonicalJson, sameJson } from './base/canonical-json.ts';
export { sha256 } from './base/sha256.ts';
export { graphTitle, leadingHeading, titleNote } from './format/graph-title.ts';
export { isLoopback } from './base/loopback.ts';
export { isInnerPath } from './base/names.ts';
export { isRecord } from './base/record.ts';
export { nearest, suggestion, plural, printable } from './base/message-words.ts';
export {
  conditionsOf,
  conditionText,
  paramCounts,
  type ParamCondition,
  type ParamConditions,
} from './params/param-conditions.ts';
export { metricMeaning, metricMeanings, type MetricMeanings } from './types/metric-meanings.ts';
export {
  paramFields,
  type CodeLanguage,
  type ParamControl,
  type ParamField,
  type ParamMeta,
  type ParamsSchema,
} from './params/param-fields.ts';
export { diffGraphs, type GraphDiff } from './merge/diff-graphs.ts';
export type { BodyDiff, NodeChange, ValueChange } from './merge/diff-bodies.ts';
export { formatDiff } from './merge/format-diff.ts';
export { mergeGraphs, type MergeResult } from './merge/merge-graphs.ts';
export { changedKey, type ChangedNode, type NodeSide } from './merge/choose-nodes.ts';
export type { MergeConflict } from './merge/three-way-merge.ts';
export type { ItemPart } from './plan/item-part.ts';
export { connectionVerdict, type ConnectionVerdict } from './plan/connection-verdict.ts';
export {
  connect,
  disconnect,
  emptyGraph,
  moveNodes,
  removeNodes,
  setBypass,
  setCollapsed,
  setParam,
  setTitle,
  addNode,
} from './compose/graph-edit.ts';
export { addGroup, addNote, changeGroup, changeNote } from './compose/edit-annotations.ts';
export { bringAnnotations } from './compose/bring-annotations.ts';
export { pickAnnotations } from './compose/keyed-annotations.ts';
export { duplicateNodes } from './compose/duplicate-nodes.ts';
export {
  groupKey,
  groupOfKey,
  hasKey,
  isNodeKey,
  keysOf,
  noteKey,
  noteOfKey,
  placeOfKey,
} from './compose/canvas-key.ts';
export { canExpose, exposedAs, exposeParam, unexposeParam } from './compose/expose-param.ts';
export { carrySubgraphs, subgraphsOf } from './compose/carry-subgraphs.ts';
export { unvaryParam, variedParam, varyParam, type VariedParam } from './compose/vary-param.ts';
export { expandExperiment, type ExpandContext } from './experiment/expand-experiment.ts';
export {
  experimentWords,
  inVariantNames,
  type ExperimentWords,
} from './experiment/experiment-words.ts';
export { sourceVariants } from './experiment/source-variants.ts';
export {
  savedVariant,
  type ExperimentPlan,
  type RacePlan,
  type Variant,
} from './experiment/experiment-plan.ts';
export {
  countVariants,
  defaultRunLimit,
  largestRunLimit,
  type VariantCount,
} from './experiment/variant-count.ts';
export {
  formatMetricName,
  formatSettingName,
  parseMetricName,
  parseSettingName,
  type MetricName,
  type SettingName,
} from './format/setting-name.ts';
export {
  makeLoop,
  proposeLoop,
  type LoopChoice,
  type LoopProposal,
  type LoopState,
} from './compose/make-loop.ts';
export { makeSubgraph, type ComposeContext } from './compose/make-subgraph.ts';
export { bypassRefusal, passThrough } from './plan/pass-through.ts';
export { inlineSubgraph } from './compose/inline-subgraph.ts';
export { extractSubgraph } from './compose/extract-subgraph.ts';
export { renameExposure, renamePort } from './compose/rename-port.ts';
export {
  graphReferences,
  keepReference,
  takeReference,
  type GraphReferences,
  type ReferenceContext,
} from './compose/graph-references.ts';
export { bodyOf, withBody, type BodyId } from './compose/graph-bodies.ts';
export {
  freezeOutput,
  readRowsOf,
  type FrozenRows,
  type ReadRows,
  frozenFileOf,
  isFrozenFile,
  rowsReader,
} from './compose/freeze-output.ts';
