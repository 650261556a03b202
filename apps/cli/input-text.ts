import { GraphError } from '@graft/graph';
import { boundedBytes, readText } from './graph-source.ts';

/**
 * `name=text` of `--input`: the text itself, `@file` for what a file holds, `-` for standard input. Each name stands once,
 * and standard input serves one. Throws `bad-param`, `missing-file`, `too-large` or `bad-syntax`.
 */
export async function readInputs(
  given: readonly string[],
  standardInput: AsyncIterable<Buffer | string> = process.stdin,
): Promise<Record<string, string>> {
  const texts = new Map<string, string>();
  let taken: string | undefined;
  for (const argument of given) {
    const { name, value } = parseInput(argument);
    if (texts.has(name)) {
      throw new GraphError(
        'bad-param',
        `--input sets "${name}" twice. Set it once, with one row per line.`,
      );
    }
    if (value === '-' && taken !== undefined) {
      throw new GraphError(
        'bad-param',
        `Standard input can fill only one input, and "${taken}" uses it. Give "${name}" as @file.`,
      );
    }
    if (value === '-') taken = name;
    const text =
      value === '-'
        ? await readAll(standardInput)
        : value.startsWith('@')
          ? await readText(value.slice(1))
          : value;
    texts.set(name, text);
  }
  // An own property each, whatever its name.
  return Object.fromEntries(texts);
}

function parseInput(argument: string): { readonly name: string; readonly value: string } {
  const [, name, value] = /^([^=\s]+)=(.*)$/s.exec(argument) ?? [];
  if (name === undefined || value === undefined) {
    throw new GraphError(
      'bad-param',
      `--input cannot take "${argument}". Write name=text, name=@file or name=-, for example --input question="What is LoRA?".`,
    );
  }
  return { name, value };
}

async function readAll(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const bytes = await boundedBytes(stream, 'Standard input');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GraphError('bad-syntax', 'Standard input is not UTF-8 text.', { cause });
  }
}
