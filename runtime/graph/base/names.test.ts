import { expect, it } from 'vitest';
import { modelEntrySchema } from '../rows/model.ts';
import { isInnerPath } from './names.ts';

const hostile = [
  ...['', '.', '..', '/etc/passwd', '../up', 'a/../../up', 'a//b', 'a/', './a', 'a/.'],
  ...['a\\b', '..\\up', 'C:/x', 'c:x', 'a\0b', 'a\nb', 'x'.repeat(2000)],
];

it.each(hostile)('%j leads out of a folder, or may', (path) => {
  expect(isInnerPath(path)).toBe(false);
});

it.each(['a', 'onnx/model.onnx', 'model-00001-of-00002.safetensors', '.hidden/..x', 'ä b'])(
  '%j stays inside',
  (path) => {
    expect(isInnerPath(path)).toBe(true);
  },
);

const entry = {
  ...{ id: 'm', title: 'M', kind: 'embedder', format: 'onnx', architecture: 'bert' },
  ...{ licence: { id: 'MIT', consent: false }, dtype: 'q4', contextLength: 1, parameters: 1 },
  files: [{ path: 'a', size: 1, sources: ['file:/a'] }],
};

it('a catalogue entry whose id or path leads out is refused', () => {
  expect(modelEntrySchema.safeParse(entry).success).toBe(true);
  for (const id of ['../m', 'a/b', '.m', '', '__proto__']) {
    expect(modelEntrySchema.safeParse({ ...entry, id }).success).toBe(false);
  }
  for (const path of hostile) {
    const files = [{ ...entry.files[0], path }];
    expect(modelEntrySchema.safeParse({ ...entry, files }).success).toBe(false);
  }
});
