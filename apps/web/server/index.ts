export { startServer, type RunningServer, type ServerOptions } from './start-server.ts';
export { collectReport } from './report/collect-report.ts';
export { markdownReport } from './report/markdown-report.ts';
export { readReportPage, reportPage } from './report/report-page.ts';
export { shownExperimentEvent } from './router/shown-experiment.ts';
export { shownEvent, shownRun, shownStep } from './router/shown-paths.ts';
export type { AppRouter } from './router/index.ts';
