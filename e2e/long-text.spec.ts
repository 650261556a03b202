import { expect, test } from './small-workspace.ts';
import { giveFile } from './small-graphs.ts';
import { Workbench } from './workbench.ts';

test('of a long text the beginnings come, and all of it where it is read, copied or found', async ({
  context,
  page,
  workspace,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const lines = (from: number): string =>
    Array.from({ length: 6_000 }, (_, at) => `Line ${from + at} of the long text.`).join('\n');
  const texts = Array.from({ length: 12 }, (_, at) => lines(at * 6_000));
  texts[9] = `${texts[9] ?? ''}\nHere stands a heron in the reeds.\n${lines(90_000)}`;
  for (const [at, text] of texts.entries())
    await giveFile(workspace.folder, `long/${String(at).padStart(2, '0')}.txt`, text);
  await workspace.graph('long', {
    nodes: { files: { type: 'load-files', params: { paths: ['long/*.txt'] } } },
    layout: { files: [80, 80] },
  });
  let sent = 0;
  page.on('response', (response) => {
    if (!response.url().includes('artifacts.page')) return;
    void response.body().then(
      (body) => (sent += body.length),
      () => undefined,
    );
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'long.graft.json');
  await bench.select('files');
  await bench.tab('Output');
  await bench.run();
  await bench.reaches('files', 'succeeded');
  const row = (at: number) => bench.output.locator(`[data-row="${String(at)}"]`);
  await expect(row(11)).toBeVisible();
  // Its length is that of all of it.
  await expect(row(3).getByRole('button', { name: /03/ })).toContainText(
    (texts[3] ?? '').length.toLocaleString('en'),
  );
  // The first is shown, and it alone has come whole.
  await expect(row(0).getByRole('group', { name: 'Text' })).toContainText('Line 5999 of');
  expect(sent).toBeLessThan(600_000);

  await row(5).hover();
  await row(5).getByRole('button', { name: 'Copy this row as JSON' }).click();
  await expect(page.getByText('Copied the row as JSON.')).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(copied)).toMatchObject({ text: texts[5] });

  await page.getByLabel('Find in all rows').fill('heron in the reeds');
  await page.getByLabel('Find in all rows').press('Enter');
  await expect(bench.output.locator('[data-current="true"]')).toHaveAttribute('data-row', '9');
  await expect(async () => {
    // What is marked is no element.
    const place = await page.evaluate<{ readonly top: number; readonly bottom: number }>(
      "[...CSS.highlights.get('graft-found')][0].getBoundingClientRect().toJSON()",
    );
    const reader = await row(9).getByRole('group', { name: 'Text' }).boundingBox();
    const output = await bench.output.boundingBox();
    for (const frame of [reader, output]) {
      expect(place.top).toBeGreaterThan(frame?.y ?? Infinity);
      expect(place.bottom).toBeLessThan((frame?.y ?? 0) + (frame?.height ?? 0));
    }
  }).toPass();
});
