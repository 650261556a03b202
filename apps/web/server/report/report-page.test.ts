import { GraphError } from '@graft/graph';
import { expect, it } from 'vitest';
import type { Report } from '@graft/view';
import { embeddedJson, readReportPage, reportPage } from './report-page.ts';

const hostile = '</script><script>alert(1)</script><!-- \u2028\u2029 {{data}} {{title}} $& & <b>';
const report: Report = {
  title: hostile,
  run: { id: 'r', file: 'a.graft.json', status: 'succeeded', startedAt: 0 },
  ...{ devices: [], engines: [], models: [], results: [], cells: [], leftOut: 0 },
  rows: { 'x y': { total: 1, rows: [{ text: hostile }], cut: 0, gone: false } },
};
const built =
  '<title>{{title}}</title><script type="application/json">{{data}}</script><script>run("{{data}}")</script>';

it('holds texts of documents and models as data that no reader of HTML takes for markup', () => {
  const json = embeddedJson({ hostile });
  expect(json).not.toMatch(/[<\u2028\u2029]/);
  expect(JSON.parse(json)).toEqual({ hostile });
});

it('is the built page with the title and the data of the run, and with nothing else changed', () => {
  const page = reportPage(built, report);
  const [, title, data, script] =
    /^<title>([\s\S]*)<\/title><script type="application\/json">([\s\S]*)<\/script><script>(.*)<\/script>$/.exec(
      page,
    ) ?? [];
  expect(title).toContain('&lt;/script&gt;&lt;script&gt;');
  expect(title).not.toContain('<');
  expect(JSON.parse(data ?? '')).toEqual(report);
  // The policy allows the very script that was built.
  expect(script).toBe('run("{{data}}")');
});

it('says what to do where the page is not built', async () => {
  for (const file of [undefined, '/nowhere/report-page.html']) {
    const failed = await readReportPage(file).catch(GraphError.from);
    expect(failed).toMatchObject({
      code: 'unavailable',
      message: 'The page of a run is not built. Run npm run build first.',
    });
  }
});
