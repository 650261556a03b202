import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalogue } from '@graft/backends/catalogue';
import { migrateGraph, parseGraph, planGraph, serializeGraph, type Document } from '@graft/graph';
import { readGgufAdapter, readPeftAdapter } from '@graft/training/adapters';
import { openBaseModel } from '@graft/training/architectures';
import { loadWeight, sourceOf } from '@graft/training/formats';
import { randomAdapter, tinyConfig, TinyModel } from '@graft/training/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { chunk } from './chunk/node.ts';
import { run as runChunk } from './chunk/run.ts';
import { registry } from './definitions.gen.ts';
import { fuzz, type FuzzOptions } from './kit/testing/fuzz.ts';
import { mutate, seeded } from './kit/testing/mutate.ts';
import {
  docxParts,
  epubParts,
  listed,
  paragraph,
  run,
  styled,
} from './kit/testing/office-files.ts';
import { zipFile } from './kit/testing/zip-file.ts';
import { sourceFile, rowsInput, runAll, testContext } from './kit/testing/test-context.ts';
import { loadDataset } from './load-dataset/node.ts';
import { readExamples } from './load-dataset/read-examples.ts';
import { loadFiles } from './load-files/node.ts';
import { run as runFiles } from './load-files/run.ts';
import { questions } from './questions/node.ts';
import { run as runQuestions } from './questions/run.ts';

const limit = { timeout: 1_800_000 };
const fixtures = join(import.meta.dirname, '../runtime/training/golden/fixtures');

const wordBody = [
  paragraph(run('Kilns'), styled('berschrift1')),
  paragraph(run('first'), listed(1)),
  `<w:tbl><w:tr><w:tc>${paragraph(run('a') + '<w:r><w:footnoteReference w:id="2"/></w:r>')}</w:tc></w:tr></w:tbl>`,
].join('');

let folder = '';
let model: TinyModel;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-fuzz-'));
  model = await TinyModel.open();
});
afterAll(async () => {
  await model[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function passes(what: string, options: FuzzOptions): Promise<void> {
  const { faults, ...report } = await fuzz({ ...options, count: options.count * inject('share') });
  console.info(what, JSON.stringify(report));
  expect(faults).toEqual([]);
}

it('graph files', limit, async () => {
  const names = ['rag-quickstart', 'lora-quickstart'];
  const seeds = await Promise.all(
    names.map((name) => readFile(join(import.meta.dirname, `../examples/${name}.graft.json`))),
  );
  await passes('graph files', {
    seeds,
    count: 20_000,
    read: (bytes) => {
      const graph = parseGraph(bytes.toString(), 'a.graft.json');
      expect(serializeGraph(parseGraph(serializeGraph(graph)))).toBe(serializeGraph(graph));
      planGraph(migrateGraph(graph, registry), registry, { models: () => undefined });
    },
  });
});

describe('models, imported and then read', () => {
  /** Opens a model as training does, and reads all of its weights. */
  async function use(location: string): Promise<void> {
    const opened = await openBaseModel(location);
    const entry = opened.entry('model.embed_tokens.weight');
    if (entry !== undefined) await loadWeight(sourceOf(entry), entry.shape);
  }

  it('GGUF', limit, async () => {
    const catalogue = createCatalogue({ modelsFolder: join(folder, 'models') });
    const seeds = [
      await readFile(join(model.root, 'base.gguf')),
      await readFile(join(fixtures, 'quantised.gguf')),
    ];
    await passes('GGUF models', {
      seeds,
      count: 1_000,
      read: async (bytes) => {
        const file = join(folder, 'model.gguf');
        await writeFile(file, bytes);
        // What the import refuses may be there from before: it is opened too.
        const id = await catalogue.import(file, { id: 'm' }).catch((error: unknown) => error);
        await use(id instanceof Error ? file : join(await catalogue.fetch('m'), 'model.gguf'));
        if (id instanceof Error) throw id;
      },
    });
  });

  it('safetensors', limit, async () => {
    const catalogue = createCatalogue({ modelsFolder: join(folder, 'models') });
    const own = join(folder, 'own');
    await mkdir(own);
    const names = ['config.json', 'model.safetensors', 'model.safetensors.index.json'] as const;
    const index = JSON.stringify({ weight_map: { a: 'model.safetensors' } });
    const whole = [
      await readFile(join(fixtures, 'llama/config.json')),
      await readFile(join(fixtures, 'llama/model.safetensors')),
      Buffer.from(index),
    ];
    await passes('safetensors models', {
      seeds: whole,
      count: 1_000,
      read: async (bytes, at) => {
        for (const [place, name] of names.entries()) {
          const content = at % whole.length === place ? bytes : (whole[place] ?? bytes);
          await writeFile(join(own, name), content);
        }
        await writeFile(join(own, 'tokenizer.json'), '{}');
        await writeFile(join(own, 'tokenizer_config.json'), '{}');
        const id = await catalogue.import(own, { id: 's' }).catch((error: unknown) => error);
        await use(id instanceof Error ? own : await catalogue.fetch('s'));
        if (id instanceof Error) throw id;
      },
    });
  });
});

it('adapters', limit, async () => {
  const { path } = await model.imported(randomAdapter(tinyConfig, 4, false), 'one');
  const names = ['adapter_config.json', 'adapter_model.safetensors', 'adapter.gguf'] as const;
  const whole = await Promise.all(names.map((name) => readFile(join(path, name))));
  const own = join(folder, 'adapter');
  await mkdir(own);
  await passes('adapters', {
    seeds: whole,
    count: 2_000,
    read: async (bytes, at) => {
      for (const [place, name] of names.entries()) {
        await writeFile(
          join(own, name),
          at % whole.length === place ? bytes : (whole[place] ?? bytes),
        );
      }
      if (at % whole.length === 2) await readGgufAdapter(join(own, 'adapter.gguf'), tinyConfig);
      else await readPeftAdapter(own);
    },
  });
});

describe('documents and tables, read and cut', () => {
  const examples = join(import.meta.dirname, 'load-files/fixtures');
  it.each([
    ['two-pages.pdf', 500],
    ['bowls.csv', 2_000],
    ['rows.jsonl', 2_000],
    ['page.html', 2_000],
    ['notes.md', 2_000],
  ])('%s', limit, async (name, count) => {
    const params = loadFiles.params.parse({ paths: [name] });
    await passes(name, {
      seeds: [await readFile(join(examples, name))],
      count,
      read: async (bytes) => {
        await writeFile(join(folder, name), bytes);
        const file = await sourceFile(folder, name);
        const documents: Document[] = await runAll(runFiles, [file], { inputs: {}, params });
        const inputs = { documents: rowsInput(documents) };
        const cut = chunk.params.parse({ method: 'markdown' });
        await runAll(runChunk, documents, { inputs, params: cut });
      },
    });
  });

  it.each([
    ['a.docx', docxParts(wordBody), 2_000],
    ['a.epub', epubParts(), 2_000],
    ['a.py', { '': 'class A:\n    def b(self):\n        pass\n\n\tdef c():\n' }, 1_000],
  ])('%s', limit, async (name, parts, count) => {
    const params = loadFiles.params.parse({ paths: [name], extensions: ['docx', 'epub', 'code'] });
    const names = Object.keys(parts);
    await passes(name, {
      seeds: Object.values(parts).map((part) => Buffer.from(part)),
      count,
      read: async (bytes, at) => {
        const part = names[at % names.length] ?? '';
        // Every tenth time the archive itself is changed, else what is in it.
        const whole = zipFile({ ...parts, [part]: bytes });
        const archive = at % 10 === 0 ? mutate(zipFile(parts), seeded(at)) : whole;
        await writeFile(join(folder, name), name === 'a.py' ? bytes : archive);
        const file = await sourceFile(folder, name);
        const documents: Document[] = await runAll(runFiles, [file], { inputs: {}, params });
        const inputs = { documents: rowsInput(documents) };
        await runAll(runChunk, documents, { inputs, params: chunk.params.parse({}) });
      },
    });
  });

  it.each([
    ['rows.csv', 'messages\n"[{""role"":""user"",""content"":""a""}]"\n'],
    ['rows.jsonl', '{"prompt":"a","completion":"b"}\n{"prompt":"c","completion":"d"}\n'],
    ['rows.json', '[{"instruction":"a","input":"b","output":"c","history":[["d","e"]]}]'],
  ])('examples and questions of %s', limit, async (name, text) => {
    await passes(`examples and questions of ${name}`, {
      seeds: [Buffer.from(text), Buffer.from(text.replace('prompt', 'question'))],
      count: 2_000,
      read: async (bytes) => {
        await writeFile(join(folder, name), bytes);
        const files = [await sourceFile(folder, name)];
        const { signal } = new AbortController();
        const params = loadDataset.params.parse({ files: [name] });
        const reading = readExamples({ files, params, signal, node: 'n', log: () => undefined });
        for await (const _ of reading);
        const sources = [{ kind: 'files' as const, param: 'files', patterns: [name], files }];
        await runQuestions.run(testContext({ sources }), {}, questions.params.parse({}));
      },
    });
  });
});
