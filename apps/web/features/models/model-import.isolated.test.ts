import { expect, it, vi } from 'vitest';
import { modelFiles } from './model-import.tsx';

vi.mock('../../api/client.ts', () => ({ api: {} }));

const folder = (...paths: readonly string[]): File[] =>
  paths.map((path) =>
    Object.assign(new File([], path.split('/').at(-1) ?? ''), { webkitRelativePath: path }),
  );
const sent = (files: readonly File[]): string[] => modelFiles(files).map(({ path }) => path);

it('sends of a folder what can be of a model, by its path from there', () => {
  const kept = [
    'own/config.json',
    'own/onnx/model.onnx',
    'own/onnx/model.onnx_data_1',
    'own/a.jinja',
  ];
  const left = ['own/.git/config.json', 'own/pytorch_model.bin', 'own/README.md'];
  expect(sent(folder(...left, ...kept))).toEqual(kept);
});

it('sends one file as it is, whatever it is called', () => {
  expect(sent([new File([], 'model.GGUF')])).toEqual(['model.GGUF']);
});

it('says so where a folder has no model', () => {
  expect(() => sent(folder('notes/a.md', 'notes/b.md'))).toThrow('This folder contains no model');
});
