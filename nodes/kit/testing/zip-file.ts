import { crc32, deflateRawSync } from 'node:zlib';

/** What an entry of a hostile archive says of itself, where that is not the truth. */
export interface ZipLies {
  readonly encrypted?: boolean;
  readonly size?: number;
  readonly crc?: number;
}

/** A zip archive of these entries, packed, the same bytes each time. */
export function zipFile(
  entries: Readonly<Record<string, string | Uint8Array>>,
  lies: Readonly<Record<string, ZipLies>> = {},
): Buffer {
  const locals: Buffer[] = [];
  const listed: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const { encrypted = false, size = bytes.length, crc = crc32(bytes) } = lies[name] ?? {};
    const path = Buffer.from(name);
    const facts = Buffer.alloc(26);
    // Version, flags, method, time and date (1980-01-01), checksum, sizes, length of the name.
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(encrypted ? 0x801 : 0x800, 2);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt16LE(0x21, 8);
    facts.writeUInt32LE(crc, 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(size, 18);
    facts.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), facts, path, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    listed.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\0'), facts, rest, path]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(listed);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(listed.length, 4);
  end.writeUInt16LE(listed.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\u0005\u0006'), end]);
}
