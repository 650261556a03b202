// What the page is made of, without React, DOM or network. `apps/web` draws it; the server reads it for reports and comparisons.
export { action, provideActions, type Actions, type ComparedSide } from './commands/actions.ts';
export { type Chord, type CommandGroup, type Command, belongsTo } from './commands/command.ts';
export {
  hasFile,
  isRunnable,
  hasNodes,
  hasExperiments,
  hasSelection,
  selectedNodes,
  selectedNode,
  hasRun,
  isPast,
  works,
} from './commands/conditions.ts';
export { provideCommands, allCommands, commandOf, runCommand } from './commands/registry.ts';
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
export { checks, noModels } from './document/checks.ts';
export { titleByLook } from './document/default-title.ts';
export { deleteKeys } from './document/delete-keys.ts';
export {
  drawnFile,
  onPastEdit,
  documentStore,
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
export { fitting } from './document/fitting-types.ts';
export { givenParams, givenHere } from './document/given-params.ts';
export { takeHeld, HeldText } from './document/held-text.ts';
export { keptHistories } from './document/kept-histories.ts';
export { Latest, placeShown, whileShown, whileOpen, madeOfShown } from './document/latest.ts';
export { leaveEmpty } from './document/leave-empty.ts';
export {
  usedGraph,
  bodyAt,
  stepIdOf,
  prefixOf,
  wayOf,
  bodyNodes,
  nodeIn,
  countUses,
  follow,
  plannedPath,
  placeOf,
  edgesInto,
  shownOf,
  withShown,
  type Trail,
} from './document/levels.ts';
export { missingPath } from './document/missing-path.ts';
export { neighbourOf } from './document/neighbour.ts';
export { inOrder } from './document/node-order.ts';
export { pathOf, isPartOf } from './document/node-path.ts';
export { shapeOf, nodeFacts } from './document/node-shape.ts';
export { untitled, titleOf, paramTitle, titleAmong, stepTitle } from './document/node-titles.ts';
export { provideNodeTypes, nodeTypes } from './document/node-types.ts';
export {
  edgeBetween,
  replacedEdges,
  connectInPlace,
  portRefusal,
  onlyEdge,
  acceptingPort,
} from './document/port-refusal.ts';
export { problemPath } from './document/problem-places.ts';
export {
  type ShownProblem,
  isIncomplete,
  joinProblems,
  byNode,
  problemPlace,
  type ProblemCount,
  countProblems,
  problemText,
} from './document/problem-text.ts';
export { usedGraphs } from './document/used-graphs.ts';
export { comparedMeanings } from './experiment/compared-meanings.ts';
export {
  noProgress,
  foldExperimentEvent,
  type ExperimentProgress,
} from './experiment/experiment-progress.ts';
export { verdictSentence } from './experiment/verdict-sentence.ts';
export { addressKey, toKeptAddress } from './kept-address.ts';
export {
  type Card,
  type Side,
  type Axis,
  aligned,
  downUntilClear,
  distributed,
} from './layout/arrange.ts';
export { betweenNotes, belowCard } from './layout/below-card.ts';
export {
  nodeWidth,
  columnGap,
  groupHead,
  mostTitleLines,
  cardHeight,
  portMiddle,
  foldedHeight,
  titleLinesOf,
  nodeHeight,
} from './layout/card-size.ts';
export { frameAround } from './layout/frame-around.ts';
export { laidOut } from './layout/missing-places.ts';
export { type Bounds, boundsAround } from './layout/node-bounds.ts';
export { portsOf } from './layout/node-port-names.ts';
export { writtenHeight } from './layout/note-size.ts';
export { meets, roomFor } from './layout/room-for.ts';
export { type Size, tidyLayout, layOut } from './layout/tidy-layout.ts';
export { cellHead, type CellHead } from './notebook/cell-head.ts';
export { cellOrder } from './notebook/cell-order.ts';
export { proseOrder } from './notebook/prose-order.ts';
export { readJson } from './read-json.ts';
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
export { resultNodes } from './run/graph-results.ts';
export { emptyList, appended, listed } from './run/growing-list.ts';
export { GrowingMap } from './run/growing-map.ts';
export {
  allReused,
  checkpointText,
  isDigest,
  partName,
  plain,
  ranBecause,
  reasonLine,
  reasonSentence,
  type ReasonLine,
} from './run/miss-reason.ts';
export { previewType } from './run/preview-type.ts';
export {
  emptyRun,
  foldEvent,
  stepsInOrder,
  stepsDone,
  isOver,
  type RunState,
} from './run/run-state.ts';
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
export { noStandIns, withStandIns, shareDone, noTexts, standInViews } from './run/stand-ins.ts';
export { stepParams } from './run/step-params.ts';
export type { ReportedProblem, StepView } from './run/step-view.ts';
export { announcementStore, announce } from './screen/announcement.ts';
export { type Conflict, conflictStore } from './screen/conflict-store.ts';
export { keepViewShowable } from './screen/keep-view-showable.ts';
export {
  type NameQuestion,
  type RowsToEdit,
  type ConnectQuestion,
  type ModelQuestion,
  type FileToSend,
  type FileQuestion,
  type RowAction,
  type MenuTarget,
  type OpenMenu,
  overlayStore,
  closeOverlays,
  isAsked,
} from './screen/overlay-store.ts';
export {
  type PanelName,
  headingHeight,
  recallPanels,
  panelStore,
  keepPanels,
  drawPanel,
  resetPanel,
  openPanel,
  closePanel,
  setNarrow,
  setFullPage,
  togglePanel,
  needHeight,
  openLowerHeight,
} from './screen/panel-store.ts';
export { whyNotPast, refusePast } from './screen/past-refusal.ts';
export {
  type InspectorTab,
  views,
  type View,
  bottomTabs,
  type BottomTab,
  type Notice,
  type PendingEdge,
  type OpenEnd,
  screenStore,
  innerStepStore,
} from './screen/screen-store.ts';
