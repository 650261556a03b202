// The page without React, DOM or network. `apps/web` draws it; the server reads it for reports and comparisons.
export { action, provideActions, type Actions, type ComparedSide } from './commands/actions.ts';
export {
  type Chord,
  type CommandGroup,
  type Command,
  belongsTo,
  provideCommands,
  allCommands,
  commandOf,
  runCommand,
} from './commands/command.ts';
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
  outputName,
  comparedOutputs,
  outputOf,
  type NamedOutput,
} from './compare/comparison.ts';
export {
  answersUnderWay,
  conversationStore,
  answerHeld,
  isAnswered,
  answerProblem,
  oneQuestion,
  mostTurns,
  type ShownOutput,
  type AskedQuestion,
  type AdapterUse,
  type GivenAnswer,
  type Turn,
} from './conversation/conversation-store.ts';
export { askedRun } from './conversation/asked-run.ts';
export { questionNodes, type QuestionNode } from './conversation/question-nodes.ts';
export {
  addPreferredNode,
  checks,
  noModels,
  usedGraphs,
  provideNodeTypes,
  nodeTypes,
} from './document/lookups.ts';
export {
  asRemoteModel,
  askForModel,
  hostOf,
  isModelNode,
  serverRow,
  type ServedModel,
} from './document/model-node.ts';
export {
  titleByLook,
  untitled,
  titleOf,
  paramTitle,
  titleAmong,
  stepTitle,
} from './document/node-titles.ts';
export { deleteKeys, leaveEmpty, neighbourOf } from './document/deletion.ts';
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
  type FirstRun,
  type KnownExample,
  type OpenFile,
  type Origin,
  type HistoryMark,
} from './document/document-store.ts';
export {
  fitting,
  edgeBetween,
  replacedEdges,
  connectInPlace,
  portRefusal,
  onlyEdge,
  acceptingPort,
} from './document/port-refusal.ts';
export { givenParams, givenHere, pathOf, isPartOf } from './document/node-place.ts';
export { takeHeld, HeldText } from './document/held-text.ts';
export { keptHistories } from './document/kept-histories.ts';
export { Latest, placeShown, whileShown, whileOpen, madeOfShown } from './document/latest.ts';
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
export { inOrder } from './document/node-order.ts';
export { nextSteps, stepsAfter } from './document/usual-steps.ts';
export { subgraphName } from './document/subgraph-name.ts';
export {
  collectable,
  endings,
  firstRepeatForm,
  repeatChoice,
  repeatInWords,
  type PortWords,
  type RepeatForm,
} from './document/repeat-form.ts';
export { shapeOf, nodeFacts, previewType } from './document/node-shape.ts';
export { missingPath, problemPath } from './document/problem-places.ts';
export {
  type ShownProblem,
  isIncomplete,
  whileComing,
  joinProblems,
  byNode,
  problemPlace,
  type ProblemCount,
  countProblems,
  problemText,
  alike,
} from './document/problem-text.ts';
export { numberedTitles } from './document/numbered-titles.ts';
export { baseFirst, hasAdapter } from './compare/base-first.ts';
export { comparedMeanings } from './experiment/compared-meanings.ts';
export {
  noProgress,
  foldExperimentEvent,
  type ExperimentProgress,
} from './experiment/experiment-progress.ts';
export { addressKey, toKeptAddress } from './kept-address.ts';
export { type Side, type Axis, aligned, downUntilClear, distributed } from './layout/arrange.ts';
export {
  nodeWidth,
  columnGap,
  groupHead,
  groupTitleWidth,
  mostTitleLines,
  cardHeight,
  portMiddle,
  foldedHeight,
  titleLinesOf,
  nodeHeight,
  writtenHeight,
} from './layout/card-size.ts';
export { columnLayout, laidOut, type Size } from './layout/column-layout.ts';
export {
  expectedBounds,
  fitPadding,
  fittedZoom,
  leastWholeZoom,
  legibleZoom,
} from './layout/fitted-zoom.ts';
export { type Bounds, type Card, boundsAround, frameAround, meets } from './layout/frames.ts';
export { groupsOf, isWithin } from './layout/node-groups.ts';
export { portsOf } from './layout/node-port-names.ts';
export { belowCard, betweenNotes, roomFor } from './layout/room-for.ts';
export { snapped } from './layout/snapped.ts';
export { cellHead, changedParams, type CellHead } from './notebook/cell-head.ts';
export { cellOrder, cellSections, proseOrder, type CellSection } from './notebook/cell-order.ts';
export { readJson } from './read-json.ts';
export {
  rowsKey,
  allCells,
  type ReportRows,
  type ReportOutput,
  type Unfinished,
  type ReportCell,
  type ReportGroup,
  type ReportResult,
  inSections,
  type Report,
} from './report/report.ts';
export { resultNodes } from './run/graph-results.ts';
export { outputText, scoreText } from './run/result-text.ts';
export { emptyList, appended, listed } from './run/growing-collections.ts';
export { GrowingMap } from './run/growing-collections.ts';
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
  isBeginning,
  isComing,
  isGoingOn,
  stepIn,
  makerIn,
  roundsOf,
  ownStep,
  keptNow,
  stepOf,
  stepRun,
  resultStep,
  stepAtWork,
  shownStep,
  isAskedResult,
  type Steps,
  type PastParams,
} from './run/run-view.ts';
export { stopWords, verdictWords } from './run/trace-words.ts';
export { noStandIns, withStandIns, shareDone, noTexts, standInViews } from './run/stand-ins.ts';
export { countsBytes, stepParams, type ReportedProblem, type StepView } from './run/step-view.ts';
export {
  announcementStore,
  announce,
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
export { readingStore, type FollowedAnswers, type OutputReading } from './screen/reading-store.ts';
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
export { namedSetting, type SettingsPlace } from './screen/named-setting.ts';
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
  openForRun,
  giveWay,
  openLowerHeight,
  lowerToCome,
} from './screen/panel-store.ts';
export { whyNotPast, refusePast } from './screen/past-refusal.ts';
export {
  bestStart,
  freeName,
  type Start,
  startsFor,
  type TemplateId,
} from './templates/templates.ts';
export { usualWay, wayGoals, type WayGoal, type WayOptions } from './templates/way-goals.ts';
