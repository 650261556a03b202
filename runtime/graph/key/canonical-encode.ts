import type { KeyPart } from '../contracts/action.ts';
import { GraphError } from '../base/errors.ts';
import { byCodeUnit, isRecord, sortedKeys } from '../base/record.ts';
import { sha256 } from '../base/sha256.ts';

const maxDepth = 200;
const typeTags = {
  null: 0x6e,
  true: 0x74,
  false: 0x66,
  number: 0x64,
  text: 0x73,
  /** Text with a lone surrogate, which UTF-8 cannot encode: stored as UTF-16. */
  brokenText: 0x75,
  array: 0x61,
  object: 0x6f,
  bytes: 0x62,
  floats: 0x76,
} as const;

const encoder = new TextEncoder();
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Encodes a value canonically: two values give the same bytes only if they are equal. Each value is a tag, its length
 * if it has one (32-bit big-endian), and its content, so 1 ≠ "1" and ["ab"] ≠ ["a", "b"]. Numbers are doubles, and -0
 * is 0; keys are sorted and undefined fields skipped; Uint8Array and Float32Array keep their bytes. Throws GraphError
 * `bad-input` for NaN, infinities, functions, undefined and cycles.
 */
export function canonicalEncode(value: unknown): Uint8Array {
  const writer = new Writer();
  writer.value(value, 0);
  return writer.bytes();
}

/** One buffer suffices, because each encoding is consumed before the next; it must not hold long texts forever. */
let spare: Writer | undefined;
const mostSpare = 1 << 20;

/** A text in UTF-8 followed by the canonical encoding of a value: valid until the next call, so hash it at once. */
export function canonicalAfter(text: string, value: unknown): Uint8Array {
  const writer = spare ?? new Writer();
  // Removed meanwhile, so that an error leaves no half-written buffer.
  spare = undefined;
  writer.begin(text);
  writer.value(value, 0);
  if (writer.size <= mostSpare) spare = writer;
  return writer.written();
}

/** sha256 of the canonical encoding of key parts, independent of their order. */
export function hashParts(parts: readonly KeyPart[]): string {
  const pairs = parts.map(({ name, value }) => [name, value] as const);
  pairs.sort(([a, x], [b, y]) => byCodeUnit(a, b) || byCodeUnit(x, y));
  return sha256(canonicalEncode(pairs));
}

class Writer {
  #buffer = new Uint8Array(1024);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  /** The content of the buffer, valid until the next write. */
  written(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  get size(): number {
    return this.#buffer.length;
  }

  /** Starts over with a text. */
  begin(text: string): void {
    this.#length = 0;
    this.#reserve(text.length * 3);
    this.#length = encoder.encodeInto(text, this.#buffer).written;
  }

  value(value: unknown, depth: number): void {
    if (depth > maxDepth) refuse(`a value nested more than ${maxDepth} levels deep`);
    if (value === null) this.#tag(typeTags.null);
    else if (typeof value === 'boolean') this.#tag(value ? typeTags.true : typeTags.false);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.#text(value);
    else if (Array.isArray(value)) {
      this.#head(typeTags.array, value.length);
      for (const item of value) this.value(item, depth + 1);
    } else if (value instanceof Uint8Array) {
      this.#head(typeTags.bytes, value.length);
      this.#raw(value);
    } else if (value instanceof Float32Array) this.#floats(value);
    else if (isRecord(value)) {
      const keys = sortedKeys(value).filter((key) => value[key] !== undefined);
      this.#head(typeTags.object, keys.length);
      for (const key of keys) {
        this.#text(key);
        this.value(value[key], depth + 1);
      }
    } else refuse(`a value of type ${typeof value}`);
  }

  #number(value: number): void {
    if (!Number.isFinite(value)) refuse(String(value));
    this.#tag(typeTags.number);
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value + 0);
    this.#length += 8;
  }

  #floats(values: Float32Array): void {
    this.#head(typeTags.floats, values.length);
    this.#reserve(values.length * 4);
    for (const value of values) {
      if (!Number.isFinite(value)) refuse(String(value));
      this.#view.setFloat32(this.#length, value + 0);
      this.#length += 4;
    }
  }

  #text(text: string): void {
    if (loneSurrogate.test(text)) {
      this.#head(typeTags.brokenText, text.length);
      this.#reserve(text.length * 2);
      for (let i = 0; i < text.length; i++) {
        this.#view.setUint16(this.#length, text.charCodeAt(i));
        this.#length += 2;
      }
      return;
    }
    this.#tag(typeTags.text);
    // A UTF-16 code unit takes at most 3 bytes of UTF-8.
    this.#reserve(4 + text.length * 3);
    const { written } = encoder.encodeInto(text, this.#buffer.subarray(this.#length + 4));
    this.#view.setUint32(this.#length, written);
    this.#length += 4 + written;
  }

  #head(tag: number, length: number): void {
    this.#tag(tag);
    this.#reserve(4);
    this.#view.setUint32(this.#length, length);
    this.#length += 4;
  }

  #tag(tag: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = tag;
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + count));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function refuse(what: string): never {
  throw new GraphError('bad-input', `A cache key cannot hold ${what}.`, { audience: 'developer' });
}
