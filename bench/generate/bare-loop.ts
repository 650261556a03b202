import { getLlama, LlamaLogLevel, type Llama, type Token } from 'node-llama-cpp';
import type { AnsweredPrompt } from './graft-run.ts';

export interface BareLoopOptions {
  /** The GGUF file as published. */
  readonly file: string;
  readonly adapters: readonly { readonly filePath: string; readonly scale: number }[];
  readonly system: string;
  /** Tokens. */
  readonly context: number;
  readonly repeatPenalty: number;
  readonly threads: number;
  /** Leaves what a prompt and the one before begin with in the context, instead of reading each prompt whole. */
  readonly keepsPrefix?: boolean;
}

let llama: Llama | undefined;

/**
 * What a user would write: one context, one prompt after another by the model's ChatML, at temperature 0. It
 * writes as many tokens to each prompt as the other side did, past an end of turn where it comes to one earlier. Gives
 * milliseconds, loading included.
 */
export async function bareLoop(
  prompts: readonly AnsweredPrompt[],
  {
    file,
    adapters,
    system,
    context: contextSize,
    repeatPenalty,
    threads,
    keepsPrefix = false,
  }: BareLoopOptions,
): Promise<number> {
  llama ??= await getLlama({
    ...{ gpu: false, build: 'never', skipDownload: true, progressLogs: false },
    logLevel: LlamaLogLevel.error,
  });
  const startedAt = performance.now();
  const model = await llama.loadModel({ modelPath: file });
  const context = await model.createContext({
    contextSize,
    threads,
    lora: { adapters: [...adapters] },
  });
  const sequence = context.getSequence();
  for (const { text, promptTokens, completionTokens } of prompts) {
    const tokens = model.tokenize(chatMl(system, text), true);
    if (tokens.length !== promptTokens) {
      throw new Error(
        `The loop's prompt has ${String(tokens.length)} tokens, the node's ${String(promptTokens)}: the model's template is not ChatML.`,
      );
    }
    let left: Token[] = tokens;
    if (keepsPrefix) {
      await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
      left = tokens.slice(sequence.nextTokenIndex);
    } else await sequence.clearHistory();
    const written: Token[] = [];
    const sampling = {
      temperature: 0,
      yieldEogToken: true,
      repeatPenalty: { penalty: repeatPenalty, punishTokens: () => written.slice(-64) },
    };
    for await (const token of sequence.evaluate(left, sampling)) {
      written.push(token);
      if (written.length >= completionTokens) break;
    }
  }
  const ms = performance.now() - startedAt;
  await context.dispose();
  await model.dispose();
  return ms;
}

function chatMl(system: string, prompt: string): string {
  const turn = (role: string, content: string): string =>
    `<|im_start|>${role}\n${content}<|im_end|>\n`;
  return `${turn('system', system)}${turn('user', prompt)}<|im_start|>assistant\n`;
}
