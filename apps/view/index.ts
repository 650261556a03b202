// What the page is made of, without React, DOM or network. `apps/web` draws it; the server reads it for reports and comparisons.
export {
  mostSides,
  letterOf,
  type ComparedRun,
  type Absence,
  type NodeSide,
  type ComparedValue,
  type ComparedSetting,
  type ComparedOutput,
  type ComparedNode,
  type ComparedEdge,
  type Comparison,
} from './compare/comparison.ts';
export { outputName, comparedOutputs, outputOf, type NamedOutput } from './compare/output-name.ts';
export { titleByLook } from './document/default-title.ts';
export {
  drawnFile,
  onPastEdit,
  documentStore,
  undoFirst,
  canUndo,
  undo,
  redo,
  markHistory,
  undoTo,
  undoUntil,
  isUnsaved,
  type OpenFile,
  type Origin,
  type HistoryMark,
} from './document/document-store.ts';
export { keptHistories, relocked, historyFor } from './document/kept-histories.ts';
export {
  usedGraph,
  bodyAt,
  stepIdOf,
  prefixOf,
  wayOf,
  bodyNodes,
  nodeIn,
  countUses,
  partOf,
  follow,
  prefixInto,
  standing,
  plannedPath,
  placeOf,
  edgesInto,
  shownOf,
  withShown,
  placed,
  type Trail,
  type Placed,
} from './document/levels.ts';
export { neighbourOf } from './document/neighbour.ts';
export { nodesAt, problemPath, type View } from './document/problem-places.ts';
export { comparedMeanings } from './experiment/compared-meanings.ts';
export {
  noProgress,
  foldExperimentEvent,
  type ExperimentProgress,
} from './experiment/experiment-progress.ts';
export { verdictSentence } from './experiment/verdict-sentence.ts';
export { addressKey, toKeptAddress } from './kept-address.ts';
export { readJson } from './read-json.ts';
export { cellOrder } from './notebook/cell-order.ts';
export { proseOrder } from './notebook/prose-order.ts';
export {
  rowsKey,
  allCells,
  type ReportRows,
  type ReportOutput,
  type Unfinished,
  type ReportCell,
  type ReportGroup,
  type Report,
} from './report/report.ts';
export { alike } from './run/alike-problems.ts';
export { emptyList, appended, listed, type GrowingList } from './run/growing-list.ts';
export { GrowingMap } from './run/growing-map.ts';
export { previewType } from './run/preview-type.ts';
export {
  emptyRun,
  foldEvent,
  stepsInOrder,
  stepsDone,
  isOver,
  type RunState,
} from './run/run-state.ts';
export type { ReportedProblem, StepView } from './run/step-view.ts';
export {
  runView,
  isIdle,
  isGoingOn,
  stepIn,
  makerIn,
  roundsOf,
  ownStep,
  keptNow,
  stepOf,
  stepRun,
  type Steps,
  type PastParams,
} from './run/run-view.ts';
export {
  noStandIns,
  withStandIns,
  withStep,
  shareDone,
  noTexts,
  standInViews,
  type StandIns,
} from './run/stand-ins.ts';
export { stepParams } from './run/step-params.ts';
