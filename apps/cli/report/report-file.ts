import path from 'node:path';

/** The built page of a run, beside this app. Both the sources and the bundle lie one level below it. */
export const reportFile = path.resolve(import.meta.dirname, '../../web/dist/report-page.html');
