import path from 'node:path';

/** What `apps/web` builds, beside this app. Both the sources and the bundle lie one level below it. */
const web = path.resolve(import.meta.dirname, '../../web');

/** The exported page. */
export const staticFolder = path.join(web, 'out');

/** The page that a run is exported as. */
export const reportFile = path.join(web, 'dist/report-page.html');
