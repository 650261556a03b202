import { artifactsRouter } from './artifacts.ts';
import { catalogueRouter, modelsRouter } from './catalogue.ts';
import { compareRouter } from './compare.ts';
import { experimentsRouter } from './experiments.ts';
import { graphsRouter, packagesRouter } from './graphs.ts';
import { labelsRouter, rowsRouter } from './row-files.ts';
import { liveRouter } from './live.ts';
import { runsRouter } from './runs.ts';
import { settingsRouter } from './settings.ts';
import { tracesRouter } from './traces.ts';
import { router } from './trpc.ts';

/** The API of the page, by topic. It validates every input; the workspace validates every path. */
export const appRouter = router({
  graphs: graphsRouter,
  catalogue: catalogueRouter,
  runs: runsRouter,
  experiments: experimentsRouter,
  compare: compareRouter,
  artifacts: artifactsRouter,
  models: modelsRouter,
  packages: packagesRouter,
  rows: rowsRouter,
  settings: settingsRouter,
  labels: labelsRouter,
  traces: tracesRouter,
  live: liveRouter,
});
export type AppRouter = typeof appRouter;
