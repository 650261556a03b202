import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expectAccessible } from './accessible.ts';
import { expect, test } from './small-workspace.ts';
import { Workbench } from './workbench.ts';

test('a template is written with the names of what is filled in, small or large', async ({
  page,
  workspace,
}) => {
  await workspace.graph('asking', {
    nodes: { prompt: { type: 'inject-context' } },
    layout: { prompt: [80, 80] },
  });
  const file = path.join(workspace.folder, 'asking.graft.json');
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'asking.graft.json');
  await bench.select('prompt');
  const template = page.getByRole('textbox', { name: 'Template', exact: true });
  const offered = page.locator('.cm-tooltip').getByRole('option');
  const unknown = page.getByText('is not a placeholder here');
  await expect(template).toHaveClass(/cm-content/);
  const before = await template.innerText();

  await test.step('names are offered from a brace on', async () => {
    await page.getByText('Template', { exact: true }).click();
    await expect(template).toBeFocused();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Again: {');
    await expect(offered).toHaveText(['{context}', '{question}']);
    await page.keyboard.type('q');
    await expect(offered).toHaveText(['{question}']);
    // The list has an instant in which a key is not yet for it.
    await page.waitForTimeout(100);
    await page.keyboard.press('Enter');
    await expect(template).toContainText(/Again: \{question\}$/);
    await page.keyboard.type('{}');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('con');
    await expect(offered).toHaveText(['{context}']);
    await page.waitForTimeout(100);
    await page.keyboard.press('Enter');
    await expect(template).toContainText(/Again: \{question\}\{context\}$/);
  });
  await test.step('Escape closes the list first, then leaves the text as it was typed, which is one step to undo', async () => {
    await page.keyboard.type(' {');
    await expect(offered).toHaveCount(2);
    await page.keyboard.press('Escape');
    await expect(offered).toHaveCount(0);
    await expect(template).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(template).not.toBeFocused();
    await expect(template).toContainText('Again');
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(template).not.toContainText('Again');
    await expect.poll(() => template.innerText()).toBe(before);
  });
  await test.step('what is no placeholder is underlined, and said', async () => {
    await template.click();
    await page.keyboard.press('Control+End');
    // At once: what is typed with a pause is more than one step to undo.
    await page.keyboard.insertText(' {contxt}');
    await expect(page.locator('.cm-unknown-place')).toHaveText('{contxt}');
    await expect(unknown).toHaveText(
      '{contxt} is not a placeholder here: it stays as written. Placeholders: {context} and {question}.',
    );
    await expect(template).toHaveAccessibleDescription(/^\{contxt\} is not a placeholder here/);
    await page.keyboard.press('Control+z');
    await expect(unknown).toHaveCount(0);
  });
  await test.step('it is enlarged as it stands, and Escape leads back', async () => {
    await page.getByRole('button', { name: 'Enlarge Template' }).click();
    const large = page.getByRole('dialog', { name: 'Template, enlarged' });
    await expect(large.getByRole('textbox')).toBeFocused();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' Be brief.');
    await expectAccessible(page, 'an enlarged template');
    await page.keyboard.press('Escape');
    await expect(large).toHaveCount(0);
    await expect(template).toBeFocused();
    await expect(template).toContainText('Be brief.');
  });
  await test.step('Tab leaves it, what was written is in the file, and is one step to undo', async () => {
    await page.keyboard.press('Tab');
    await expect(template).not.toBeFocused();
    await page.keyboard.press('Control+s');
    await expect.poll(() => readFile(file, 'utf8')).toContain('{question} Be brief.');
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(() => template.innerText()).toBe(before);
  });
  await test.step('so it is in a cell of the notebook', async () => {
    await page.getByRole('banner').getByRole('button', { name: 'Notebook', exact: true }).click();
    await page.locator('[data-cell="prompt"]').focus();
    await page.keyboard.press('Enter');
    const inCell = page
      .locator('.cell-form')
      .getByRole('textbox', { name: 'Template', exact: true });
    await inCell.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' {');
    await expect(offered).toHaveCount(2);
    await page.keyboard.press('Escape');
    await expect(offered).toHaveCount(0);
    await expect(inCell).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(inCell).not.toBeFocused();
    await expect(inCell).toContainText('{question} {');
  });
});

test('code is written in an editor that knows its language, and marks the line at fault', async ({
  page,
  workspace,
}) => {
  await workspace.graph('coding', {
    nodes: {
      files: { type: 'load-files', params: { paths: ['notes/*.md'] } },
      change: {
        type: 'transform',
        params: {
          type: 'documents',
          code: 'function transform(row) {\n  const word = "tiles";\n  return wrod;\n}',
        },
      },
      rows: { type: 'load-sql', params: { query: 'select 1' } },
    },
    edges: ['files.documents -> change.rows'],
    layout: { files: [0, 0], change: [300, 0], rows: [0, 220] },
  });
  const bench = new Workbench(page);
  await bench.open(workspace.url, 'coding.graft.json');
  await bench.select('change');
  const code = page.getByRole('textbox', { name: 'Code', exact: true });
  await expect(code).toHaveClass(/cm-content/);
  const colour = (text: string): Promise<string> =>
    code
      .getByText(text, { exact: true })
      .first()
      .evaluate((at) => getComputedStyle(at).color);
  await expect.poll(() => colour('function')).not.toBe(await colour('function transform(row) {'));
  await expect.poll(async () => (await colour('"tiles"')) === (await colour('const'))).toBe(false);
  await expectAccessible(page, 'code');

  await bench.runUpToHere();
  await bench.reaches('change', 'failed');
  const fault = page.locator('.cm-fault');
  await expect(fault).toHaveText('  return wrod;');
  await fault.click();
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.type('return { ...row, text: word };');
  await expect(fault).toHaveCount(0);
  await bench.runUpToHere();
  await bench.reaches('change', 'succeeded');

  await bench.select('rows');
  const query = page.getByRole('textbox', { name: 'Query', exact: true });
  await query.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('select name from kilns');
  const plain = await query.evaluate((at) => getComputedStyle(at).color);
  const word = query.getByText('select', { exact: true });
  await expect.poll(() => word.evaluate((at) => getComputedStyle(at).color)).not.toBe(plain);
});
