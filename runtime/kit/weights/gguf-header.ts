import { ByteCursor, OutOfBytes } from './byte-cursor.ts';
import { FileHead, cutOff, DamagedFile, requireNoPointer, type HeadSource } from './file-head.ts';
import {
  ggmlTypes,
  valueTypes,
  type GgufScalar,
  type GgufValue,
  type ScalarType,
  type ValueType,
} from './gguf-types.ts';

/**
 * A GGUF file's header (github.com/ggml-org/ggml/blob/master/docs/gguf.md). The reader has checked every count, length
 * and extent against the file, that names are unique and that tensors do not overlap.
 */
export interface GgufHeader {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensorInfo[];
}
export interface GgufTensorInfo {
  readonly name: string;
  /** Outermost axis first; the file stores the reverse. */
  readonly shape: readonly number[];
  /** Number of its ggml type. */
  readonly type: number;
  readonly typeName: string;
  /** In bytes from the file's start. */
  readonly offset: number;
  /** 0 for unknown types. */
  readonly bytes: number;
}

/** Bytes of the first read; a header with a large vocabulary takes several. */
const firstRead = 1 << 20;
/** Bytes. The largest known vocabularies make headers of 20 MB. */
const maxHeader = 256 * 1024 * 1024;
/** ggml's own limit. */
const maxAxes = 4;
/** Metadata entries and values of arrays together; the largest known vocabularies make two million. */
const mostValues = 8_000_000;
/** The largest known models have some ten thousand. */
const mostTensors = 1_000_000;
/** Least bytes of an entry, with an empty name: bounds the number of entries. */
const leastValue = 13;
const leastTensor = 24;

/** Reads the header. Throws `DamagedFile`, or the file system's error if the file cannot be opened. */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  await using file = await FileHead.open(path);
  return await ggufHeaderOf(file);
}

/** The same of bytes that are no file of this machine. Throws `DamagedFile`, and what `read` throws. */
export async function ggufHeaderOf(file: HeadSource): Promise<GgufHeader> {
  for (let length = firstRead; ; length *= 4) {
    const bytes = await file.read(0, Math.min(length, maxHeader));
    requireNoPointer(file.path, bytes);
    try {
      return new HeaderParser(file, bytes).parse();
    } catch (error) {
      if (!(error instanceof OutOfBytes)) throw error;
      if (error.end > file.size || bytes.length >= file.size) throw cutOff(file, error);
      if (bytes.length < Math.min(length, maxHeader)) throw cutOff(file, error);
      if (error.end > maxHeader) {
        throw new DamagedFile(
          file.path,
          `has a header of more than ${maxHeader / 1024 / 1024} MiB (${error.what}), which no known model has; fetch it again`,
        );
      }
    }
  }
}

class HeaderParser {
  readonly #file: HeadSource;
  readonly #cursor: ByteCursor;
  #values = 0;

  constructor(file: HeadSource, bytes: Uint8Array) {
    this.#file = file;
    this.#cursor = new ByteCursor(bytes);
  }

  parse(): GgufHeader {
    const cursor = this.#cursor;
    if (cursor.u32('the magic number') !== 0x46554747) throw this.#damaged('is not a GGUF file');
    const version = cursor.u32('the version');
    if (version !== 2 && version !== 3) {
      throw this.#damaged(`is GGUF version ${version}; readable are 2 and 3`);
    }
    const tensorCount = this.#count('tensors', leastTensor);
    if (tensorCount > mostTensors) throw this.#excess(tensorCount, 'tensors');
    const valueCount = this.#count('metadata entries', leastValue);
    this.#take(valueCount);
    const metadata = new Map<string, GgufValue>();
    for (let i = 0; i < valueCount; i += 1) {
      const key = cursor.text(`metadata key ${i + 1} of ${valueCount}`);
      if (metadata.has(key)) throw this.#damaged(`has the metadata key ${show(key)} twice`);
      metadata.set(key, this.#value(key));
    }
    const infos = Array.from({ length: tensorCount }, (_, i) =>
      this.#tensor(`tensor ${i + 1} of ${tensorCount}`),
    );
    const unit = this.#alignment(metadata.get('general.alignment'));
    const start = Math.ceil(cursor.position / unit) * unit;
    const tensors = infos.map((info) => ({ ...info, offset: start + info.offset }));
    this.#checkExtents(tensors);
    return { version, metadata, tensors };
  }

  /** A larger count than the file can hold is damage, not a reason to loop. */
  #count(what: string, least: number): number {
    const count = this.#cursor.u64(`the number of ${what}`);
    if (count * BigInt(least) > BigInt(this.#file.size)) {
      throw this.#damaged(
        `claims ${count} ${what}, but has only ${this.#file.size} bytes: it is cut off or damaged; fetch it again`,
      );
    }
    return Number(count);
  }

  /** A value takes up to fifty times its bytes in memory: what a file may hold could be more than a process may. */
  #take(count: number): void {
    this.#values += count;
    if (this.#values > mostValues) throw this.#excess(this.#values, 'metadata values');
  }

  #excess(count: number, what: string): DamagedFile {
    return this.#damaged(
      `claims at least ${count} ${what}, more than any known model has; get it from another source`,
    );
  }

  #tensor(what: string): Omit<GgufTensorInfo, 'bytes'> & { readonly bytes: number } {
    const cursor = this.#cursor;
    const name = cursor.text(what);
    const rank = cursor.u32(what);
    if (rank > maxAxes) {
      throw this.#damaged(`has a ${what}, ${show(name)}, that claims ${rank} axes: it is damaged`);
    }
    const axes = Array.from({ length: rank }, () => cursor.u64(what)).reverse();
    const count = axes.reduce((product, axis) => product * axis, 1n);
    // No type takes less than a bit a number.
    if (count > BigInt(this.#file.size) * 8n || axes.some((axis) => axis > 2n ** 40n)) {
      throw this.#damaged(
        `is damaged: tensor ${show(name)} claims ${count} numbers, the file has ${this.#file.size} bytes; fetch it again`,
      );
    }
    const type = cursor.u32(what);
    const offset = cursor.u64(what);
    if (offset > BigInt(this.#file.size)) {
      throw cutOff(this.#file, { what: `tensor ${show(name)}`, end: Number(offset) });
    }
    const [typeName, elements, bytes] = ggmlTypes.get(type) ?? [`type ${type}`, 1, 0];
    return {
      ...{ name, shape: axes.map(Number), type, typeName, offset: Number(offset) },
      bytes: Math.ceil(Number(count) / elements) * bytes,
    };
  }

  #alignment(value: GgufValue | undefined): number {
    const unit = value !== undefined && value.type !== 'array' ? Number(value.value) : 32;
    if (Number.isInteger(unit) && unit > 0 && unit <= 1 << 20) return unit;
    throw this.#damaged(
      `has a general.alignment of ${unit}, not a positive whole number of at most ${1 << 20}`,
    );
  }

  #checkExtents(tensors: readonly GgufTensorInfo[]): void {
    const names = new Set<string>();
    let before: GgufTensorInfo | undefined;
    for (const tensor of tensors.toSorted((a, b) => a.offset - b.offset || a.bytes - b.bytes)) {
      const { name, offset, bytes } = tensor;
      if (offset + bytes > this.#file.size) {
        throw cutOff(this.#file, { what: `tensor ${show(name)}`, end: offset + bytes });
      }
      if (names.has(name)) throw this.#damaged(`has the tensor ${show(name)} twice`);
      names.add(name);
      if (before !== undefined && before.offset + before.bytes > offset) {
        throw this.#damaged(`is damaged: tensors ${show(before.name)} and ${show(name)} overlap`);
      }
      if (bytes > 0) before = tensor;
    }
  }

  #value(key: string): GgufValue {
    const cursor = this.#cursor;
    const what = `metadata ${show(key)}`;
    const type = this.#type(key);
    if (type !== 'array') return { type, value: readScalar(cursor, type, what) };
    const of = this.#type(key);
    const count = Number(cursor.u64(what));
    if (of === 'array') {
      throw this.#damaged(`has ${what} with arrays in an array, which no known model does`);
    }
    const isInFile = count * scalarBytes[of] <= this.#file.size;
    if (isInFile) this.#take(count);
    // A count beyond the file's bytes is damage, not a reason to allocate.
    cursor.need(count * scalarBytes[of], what);
    return { type, of, values: Array.from({ length: count }, () => readScalar(cursor, of, what)) };
  }

  #type(key: string): ValueType {
    const number = this.#cursor.u32(`metadata ${show(key)}`);
    const type = valueTypes[number];
    if (type !== undefined) return type;
    throw this.#damaged(`has metadata ${show(key)} of the unknown type ${number}`);
  }

  #damaged(reason: string): DamagedFile {
    return new DamagedFile(this.#file.path, reason);
  }
}

/** A name for messages: names may be as long as the file. */
function show(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}

/** Least bytes of a value. */
const scalarBytes: Readonly<Record<ScalarType, number>> = {
  ...{ u8: 1, i8: 1, bool: 1, u16: 2, i16: 2, u32: 4, i32: 4, f32: 4, u64: 8, i64: 8, f64: 8 },
  string: 8,
};

function readScalar(cursor: ByteCursor, type: ScalarType, what: string): GgufScalar {
  switch (type) {
    case 'u8':
      return cursor.number(1, what, (view, i) => view.getUint8(i));
    case 'i8':
      return cursor.number(1, what, (view, i) => view.getInt8(i));
    case 'u16':
      return cursor.number(2, what, (view, i) => view.getUint16(i, true));
    case 'i16':
      return cursor.number(2, what, (view, i) => view.getInt16(i, true));
    case 'u32':
      return cursor.u32(what);
    case 'i32':
      return cursor.number(4, what, (view, i) => view.getInt32(i, true));
    case 'f32':
      return cursor.number(4, what, (view, i) => view.getFloat32(i, true));
    case 'f64':
      return cursor.number(8, what, (view, i) => view.getFloat64(i, true));
    case 'bool':
      return cursor.number(1, what, (view, i) => view.getUint8(i)) !== 0;
    case 'u64':
      return cursor.u64(what);
    case 'i64':
      return BigInt.asIntN(64, cursor.u64(what));
    case 'string':
      return cursor.text(what);
  }
}
