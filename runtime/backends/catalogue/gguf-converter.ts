/** Of the matrices of a GGUF file that is made of safetensors. */
export const ggufEncodings = ['f16', 'q8_0'] as const;
export type GgufEncoding = (typeof ggufEncodings)[number];

/**
 * Reads a folder of safetensors as a GGUF file to be; nothing is written yet. Throws `bad-model` for what llama.cpp would
 * compute otherwise, `damaged-file`, `missing-file` and `unsafe-path`.
 */
export type GgufConverter = (
  folder: string,
  options: {
    readonly encoding: GgufEncoding;
    readonly name: string;
    readonly licence?: string | undefined;
    /** Address of what it is made of. */
    readonly source?: string | undefined;
  },
) => Promise<{
  /** At most. */
  readonly bytes: number;
  /** Writes the file, whole or not at all, and opens it again. */
  readonly write: (
    to: string,
    hooks: {
      readonly signal: AbortSignal;
      /** Bytes. */
      readonly progress: (done: number, total: number) => void;
    },
  ) => Promise<void>;
}>;
