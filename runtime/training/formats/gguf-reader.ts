import { GraphError } from '@graft/graph';
import { ByteCursor, OutOfBytes } from './byte-cursor.ts';
import { RangedFile, truncated } from './file-range.ts';
import {
  encodingOfGgml,
  ggmlTypes,
  valueTypes,
  type GgufScalar,
  type GgufValue,
  type ScalarType,
  type ValueType,
} from './gguf-type.ts';
import type { TensorEntries, TensorEntry } from './tensor-file.ts';

/** A GGUF file's header (github.com/ggml-org/ggml/blob/master/docs/gguf.md); tensor data stays on disk. */
export interface GgufFile {
  readonly path: string;
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: TensorEntries;
}

/** Bytes of the first try; a header with a large vocabulary takes several. */
const firstRead = 1 << 20;

/** Reads the header. Throws `bad-input` for another format or a file that ends too early. */
export async function readGguf(path: string): Promise<GgufFile> {
  await using file = await RangedFile.open(path);
  for (let length = firstRead; ; length *= 4) {
    const size = Math.min(length, file.size);
    const bytes = await file.read(0, size, 'the header');
    try {
      return parseHeader(file, bytes);
    } catch (error) {
      if (!(error instanceof OutOfBytes)) throw error;
      if (size === file.size) throw truncated(file, { what: error.what, end: error.end });
    }
  }
}

function parseHeader(file: RangedFile, bytes: Uint8Array): GgufFile {
  const { path } = file;
  const cursor = new ByteCursor(bytes);
  if (cursor.u32('the magic number') !== 0x46554747) {
    throw new GraphError('bad-input', `${path} is not a GGUF file`, { location: { file: path } });
  }
  const version = cursor.u32('the version');
  if (version !== 2 && version !== 3) {
    throw new GraphError('bad-input', `${path} is GGUF version ${version}; readable are 2 and 3`, {
      location: { file: path },
    });
  }
  const tensorCount = Number(cursor.u64('the tensor count'));
  const valueCount = Number(cursor.u64('the metadata count'));
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < valueCount; i++) {
    const key = cursor.text(`metadata key ${i + 1} of ${valueCount}`);
    metadata.set(key, readValue(cursor, { path, key }));
  }
  const alignment = metadata.get('general.alignment');
  const unit = alignment !== undefined && alignment.type !== 'array' ? Number(alignment.value) : 32;
  if (!Number.isInteger(unit) || unit <= 0) {
    throw new GraphError(
      'bad-input',
      `${path}: general.alignment is ${unit}, not a positive whole number`,
      {
        location: { file: path },
      },
    );
  }
  const infos = Array.from({ length: tensorCount }, (_, i) =>
    readInfo(cursor, `tensor ${i + 1} of ${tensorCount}`),
  );
  const start = Math.ceil(cursor.position / unit) * unit;
  const tensors = new Map<string, TensorEntry>();
  for (const info of infos) {
    const entry = toEntry(path, info, start);
    if (entry.offset + entry.bytes > file.size) {
      throw truncated(file, { what: `tensor "${info.name}"`, end: entry.offset + entry.bytes });
    }
    tensors.set(info.name, entry);
  }
  return { path, version, metadata, tensors };
}

interface TensorInfo {
  readonly name: string;
  readonly shape: number[];
  readonly type: number;
  readonly offset: number;
}

function readInfo(cursor: ByteCursor, what: string): TensorInfo {
  const name = cursor.text(what);
  const rank = cursor.u32(what);
  if (rank > 8) {
    throw new GraphError(
      'bad-input',
      `${what}, "${name}", claims ${rank} axes: the file is damaged`,
    );
  }
  // The file lists the innermost axis first.
  const shape = Array.from({ length: rank }, () => Number(cursor.u64(what))).reverse();
  return { name, shape, type: cursor.u32(what), offset: Number(cursor.u64(what)) };
}

function toEntry(path: string, info: TensorInfo, start: number): TensorEntry {
  const [typeName, elements, bytes] = ggmlTypes.get(info.type) ?? [`type ${info.type}`, 1, 0];
  const count = info.shape.reduce((product, axis) => product * axis, 1);
  return {
    name: info.name,
    shape: info.shape,
    typeName,
    encoding: encodingOfGgml(info.type),
    path,
    offset: start + info.offset,
    bytes: Math.ceil(count / elements) * bytes,
  };
}

function readValue(cursor: ByteCursor, at: { path: string; key: string }): GgufValue {
  const what = `metadata "${at.key}"`;
  const type = valueType(cursor.u32(what), at);
  if (type !== 'array') return { type, value: readScalar(cursor, type, what) };
  const of = valueType(cursor.u32(what), at);
  const count = Number(cursor.u64(what));
  if (of === 'array') {
    throw new GraphError(
      'bad-input',
      `${at.path}: ${what} nests arrays, which no known model does`,
      {
        location: { file: at.path },
      },
    );
  }
  // Every item takes a byte at least: a count beyond the bytes is damage, not a reason to allocate.
  cursor.need(count, what);
  return { type, of, values: Array.from({ length: count }, () => readScalar(cursor, of, what)) };
}

function valueType(number: number, at: { path: string; key: string }): ValueType {
  const type = valueTypes[number];
  if (type === undefined) {
    throw new GraphError(
      'bad-input',
      `${at.path}: metadata "${at.key}" has unknown type ${number}`,
      {
        location: { file: at.path },
      },
    );
  }
  return type;
}

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
