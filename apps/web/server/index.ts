export { startServer, type RunningServer, type ServerOptions } from './start-server.ts';
export { collectReport } from './report/collect-report.ts';
export { curvePicture } from './report/curve-picture.ts';
export { readReportPage, reportPage } from './report/report-page.ts';
export { shownExperimentEvent, shownEvent, shownRun, shownStep } from './router/shown-paths.ts';
export type { AppRouter } from './router/index.ts';
export { allCells, rowsKey, type Report, type ReportCell, type ReportOutput } from '@graft/view';
