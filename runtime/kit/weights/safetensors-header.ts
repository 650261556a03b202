import { z } from 'zod';
import { FileHead, cutOff, DamagedFile, requireNoPointer, type HeadSource } from './file-head.ts';

/**
 * A safetensors file's header (github.com/huggingface/safetensors). The reader has checked that every extent lies
 * within the file, fits its shape and type, and overlaps no other.
 */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly SafetensorsTensorInfo[];
}
export interface SafetensorsTensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
  /** The file's name for it: F32, BF16, F8_E4M3 … */
  readonly dtype: string;
  /** In bytes from the file's start. */
  readonly offset: number;
  readonly bytes: number;
}

/** Bytes; the format's own limit. */
const maxHeader = 100_000_000;
/** Bytes of a number, by type name. The extent alone gives those of types below a byte. */
const dtypeBytes: ReadonlyMap<string, number> = new Map([
  ...['BOOL', 'U8', 'I8', 'F8_E4M3', 'F8_E5M2', 'F8_E8M0'].map((name) => [name, 1] as const),
  ...['U16', 'I16', 'F16', 'BF16'].map((name) => [name, 2] as const),
  ...['U32', 'I32', 'F32'].map((name) => [name, 4] as const),
  ...['U64', 'I64', 'F64', 'C64'].map((name) => [name, 8] as const),
]);

const size = z.number().int().nonnegative();
const tensorSchema = z.object({
  dtype: z.string().max(64),
  shape: z.array(size).max(32),
  data_offsets: z.tuple([size, size]),
});
const metadataSchema = z.record(z.string(), z.string());
/** Reads entries one by one: a record would lose a tensor named `__proto__`. */
const headerSchema = z.custom<object>((value) => typeof value === 'object' && value !== null);

/** Reads the header. Throws `DamagedFile`, or the file system's error if the file cannot be opened. */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  await using file = await FileHead.open(path);
  return await safetensorsHeaderOf(file);
}

/** The same of bytes that are no file of this machine. Throws `DamagedFile`, and what `read` throws. */
export async function safetensorsHeaderOf(file: HeadSource): Promise<SafetensorsHeader> {
  const damaged = (reason: string, cause?: unknown): DamagedFile =>
    new DamagedFile(
      file.path,
      `is not a readable safetensors file: ${reason}; fetch it again`,
      cause,
    );
  const start = Buffer.from(await file.read(0, 8));
  if (start.toString('latin1') === 'version ') requireNoPointer(file.path, await file.read(0, 64));
  if (start.length < 8) throw cutOff(file, { what: 'the header length', end: 8 });
  const length = Number(start.readBigUInt64LE());
  if (length > maxHeader) {
    throw damaged(`its header claims ${length} bytes, more than the format's ${maxHeader}`);
  }
  const bytes = await file.read(8, length);
  if (bytes.length < length) throw cutOff(file, { what: 'the header', end: 8 + length });
  const entries = parse(bytes, damaged);
  const tensors: SafetensorsTensorInfo[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of entries) {
    const tensor = tensorSchema.safeParse(value);
    const parsedMetadata = name === '__metadata__' ? metadataSchema.safeParse(value) : undefined;
    if (parsedMetadata?.success === true) metadata = parsedMetadata.data;
    else if (tensor.success) tensors.push(infoOf(name, tensor.data, 8 + length));
    else throw damaged('its header is not the JSON that the format requires', tensor.error);
  }
  checkExtents(file, tensors);
  return { metadata, tensors };
}

type Damaged = (reason: string, cause?: unknown) => DamagedFile;

function parse(bytes: Uint8Array, damaged: Damaged): [string, unknown][] {
  try {
    return Object.entries(
      headerSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))),
    );
  } catch (cause) {
    throw damaged('its header is not the JSON that the format requires', cause);
  }
}

function infoOf(
  name: string,
  { dtype, shape, data_offsets: [from, to] }: z.output<typeof tensorSchema>,
  start: number,
): SafetensorsTensorInfo {
  return { name, shape, dtype, offset: start + from, bytes: to - from };
}

function checkExtents(file: HeadSource, tensors: readonly SafetensorsTensorInfo[]): void {
  const damaged = (tensor: SafetensorsTensorInfo, reason: string): DamagedFile =>
    new DamagedFile(
      file.path,
      `is not a readable safetensors file: tensor ${show(tensor.name)} ${reason}; fetch it again`,
    );
  let before: SafetensorsTensorInfo | undefined;
  for (const tensor of tensors.toSorted((a, b) => a.offset - b.offset || a.bytes - b.bytes)) {
    const { name, dtype, shape, offset, bytes } = tensor;
    if (bytes < 0) throw damaged(tensor, 'ends before it starts');
    if (offset + bytes > file.size) {
      throw cutOff(file, { what: `tensor ${show(name)}`, end: offset + bytes });
    }
    const numbers = shape.reduce((product, axis) => product * axis, 1);
    const unit = dtypeBytes.get(dtype);
    // An unknown type takes at least four bits a number.
    const fits = unit === undefined ? numbers <= bytes * 2 : numbers * unit === bytes;
    if (!fits) throw damaged(tensor, `has ${bytes} bytes for [${shape.join(', ')}] ${dtype}`);
    if (before !== undefined && before.offset + before.bytes > offset) {
      throw damaged(tensor, `overlaps ${show(before.name)}`);
    }
    if (bytes > 0) before = tensor;
  }
}

/** A name for messages: names may be as long as the header. */
function show(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
