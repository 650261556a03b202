/** Operators whose WebGPU kernels are wrong on some drivers. */
const attention = new Set(['MultiHeadAttention', 'Attention', 'GroupQueryAttention']);

/** Operators that round activations by the range of the whole tensor, including padding and other rows. */
const quantising = new Set([
  'DynamicQuantizeLinear',
  'DynamicQuantizeMatMul',
  'DynamicQuantizeLSTM',
]);

/** A field of a protobuf message. Changing `payload` changes its message. */
interface Field {
  readonly number: number;
  readonly payload: Uint8Array;
}

/**
 * Reads and edits the needed parts of an ONNX model's protobuf: ModelProto.graph (7), GraphProto.node (1),
 * NodeProto.name (3), op_type (4) and attribute (5), AttributeProto.name (1) and i (3).
 */
export class OnnxGraph {
  readonly #nodes: readonly Uint8Array[];

  constructor(model: Uint8Array) {
    this.#nodes = [...payloads(model, 7)].flatMap((graph) => [...payloads(graph, 1)]);
  }

  /** Names of the attention nodes. */
  attentionNodes(): string[] {
    return this.#nodes.filter((node) => attention.has(text(node, 4))).map((node) => text(node, 3));
  }

  /** Whether a row's result depends on the other rows. */
  mixesRows(): boolean {
    return this.#nodes.some((node) => quantising.has(text(node, 4)));
  }

  /**
   * Makes 4-bit products keep activations as floats, in the model's own bytes. Models request 8-bit activations
   * (accuracy_level 4), which every provider and CPU type rounds differently: vectors of one text differed by up to
   * 5e-3 a component. Costs a tenth of the CPU's speed.
   */
  keepActivations(): void {
    for (const node of this.#nodes) {
      if (text(node, 4) !== 'MatMulNBits') continue;
      for (const attribute of payloads(node, 5)) {
        if (text(attribute, 1) !== 'accuracy_level') continue;
        for (const value of payloads(attribute, 3)) value.fill(0, 0, 1);
      }
    }
  }
}

function text(message: Uint8Array, number: number): string {
  return new TextDecoder().decode([...payloads(message, number)][0] ?? new Uint8Array());
}

function* payloads(message: Uint8Array, number: number): Iterable<Uint8Array> {
  for (const field of fields(message)) if (field.number === number) yield field.payload;
}

/** Ends at malformed bytes. */
function* fields(bytes: Uint8Array): Iterable<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const tag = varint();
    const wire = tag % 8;
    const length = wire === 2 ? varint() : wire === 1 ? 8 : wire === 5 ? 4 : 0;
    if (wire !== 0 && length === 0 && wire !== 2) return;
    const start = at;
    if (wire === 0) varint();
    else at += length;
    yield { number: Math.floor(tag / 8), payload: bytes.subarray(start, at) };
  }
}
