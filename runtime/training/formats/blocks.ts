import type { AffineBlocks, DecodeBlock } from './affine-blocks.ts';
import { iq4nl, q40, q41, q50, q51, q80 } from './plain-blocks.ts';
import { iq4xs, q2k, q3k, q4k, q5k, q6k } from './super-blocks.ts';

/** Block formats that Graft reads: ggml's names in lower case. */
export type BlockEncoding =
  | ('q8_0' | 'q4_0' | 'q4_1' | 'q5_0' | 'q5_1' | 'iq4_nl')
  | ('q2_k' | 'q3_k' | 'q4_k' | 'q5_k' | 'q6_k' | 'iq4_xs');

interface BlockLayout {
  /** Elements and bytes of a block in the file. */
  readonly elements: number;
  readonly bytes: number;
  /** Elements that share a scale; the k-formats nest several in a block. */
  readonly group: number;
  /** Smallest and largest value: says whether 4 bits hold it. */
  readonly range: readonly [number, number];
  readonly hasOffset: boolean;
  readonly decode: DecodeBlock;
}

/** ggml's block formats (ggml-common.h, ggml-quants.c). */
export const blockLayouts: Readonly<Record<BlockEncoding, BlockLayout>> = {
  q8_0: { ...plain(34), range: [-128, 127], hasOffset: false, decode: q80 },
  q4_0: { ...plain(18), range: [-8, 7], hasOffset: false, decode: q40 },
  q4_1: { ...plain(20), range: [0, 15], hasOffset: true, decode: q41 },
  q5_0: { ...plain(22), range: [-16, 15], hasOffset: false, decode: q50 },
  q5_1: { ...plain(24), range: [0, 31], hasOffset: true, decode: q51 },
  iq4_nl: { ...plain(18), range: [-127, 113], hasOffset: false, decode: iq4nl },
  q2_k: { ...nested(84, 16), range: [0, 3], hasOffset: true, decode: q2k },
  q3_k: { ...nested(110, 16), range: [-4, 3], hasOffset: false, decode: q3k },
  q4_k: { ...nested(144, 32), range: [0, 15], hasOffset: true, decode: q4k },
  q5_k: { ...nested(176, 32), range: [0, 31], hasOffset: true, decode: q5k },
  q6_k: { ...nested(210, 16), range: [-32, 31], hasOffset: false, decode: q6k },
  iq4_xs: { ...nested(136, 32), range: [-127, 113], hasOffset: false, decode: iq4xs },
};

type Sizes = Pick<BlockLayout, 'elements' | 'bytes' | 'group'>;

function plain(bytes: number): Sizes {
  return { elements: 32, bytes, group: 32 };
}

function nested(bytes: number, group: number): Sizes {
  return { elements: 256, bytes, group };
}

/** Splits a tensor's blocks into an array of values and one of scales, as executors need them. */
export function splitBlocks(encoding: BlockEncoding, bytes: Uint8Array): AffineBlocks {
  const layout = blockLayouts[encoding];
  const count = Math.floor(bytes.length / layout.bytes);
  const groups = (count * layout.elements) / layout.group;
  const blocks: AffineBlocks = {
    blockSize: layout.group,
    values: new Int8Array(count * layout.elements),
    scales: new Float32Array(groups),
    offsets: layout.hasOffset ? new Float32Array(groups) : undefined,
  };
  for (let i = 0; i < count; i++) layout.decode(bytes, i, blocks);
  return blocks;
}
