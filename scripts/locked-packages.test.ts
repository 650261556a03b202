import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

it.each(['onnxruntime-node', 'sharp', '@huggingface/transformers'])(
  'a fresh clone installs one %s, although LanceDB asks for an older one',
  async (name) => {
    const lock = await readFile(new URL('../package-lock.json', import.meta.url), 'utf8');
    const places = [...lock.matchAll(/^ {4}"(.*)": \{$/gm)].map(([, place = '']) => place);
    expect(places.filter((place) => place.endsWith(`node_modules/${name}`))).toEqual([
      `node_modules/${name}`,
    ]);
  },
);
