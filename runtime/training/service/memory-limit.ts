import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { runtimeMemory } from '../architectures/training-memory.ts';
import { replaceFile } from '@graft/kit';

/** What an attempt is given next of the memory that was not enough, the runtime's own aside. */
const lessened = 0.6;

const limitSchema = z.object({ memory: z.number().positive() });

/** Bytes that a training is held to since memory ran out under an attempt before; undefined: it never did. */
export async function memoryLimit(checkpoints: string): Promise<number | undefined> {
  try {
    return limitSchema.parse(JSON.parse(await readFile(limitFile(checkpoints), 'utf8'))).memory;
  } catch {
    return undefined;
  }
}

/** Remembers that memory ran out under an attempt that was expected to take so many bytes. */
export async function lessenMemory(checkpoints: string, expected: number): Promise<void> {
  const own = Math.min(expected, runtimeMemory);
  const text = JSON.stringify({ memory: Math.floor(own + (expected - own) * lessened) });
  await replaceFile(limitFile(checkpoints), text);
}

function limitFile(checkpoints: string): string {
  return path.join(checkpoints, 'memory-limit.json');
}
