/** Reads the texts that a websocket's server sends, so that a proxy can repeat, reorder and drop them. */

const TEXT = 1;

/** Divides a stream of unmasked frames; a frame that is not a whole text stays as it is. */
export class Frames {
  private rest = Buffer.alloc(0);
  private isUpgraded = false;

  constructor(private readonly change: (text: string) => string[]) {}

  /** Returns the bytes to forward instead of these. */
  push(data: Buffer): Buffer {
    this.rest = Buffer.concat([this.rest, data]);
    const out: Buffer[] = [];
    if (!this.isUpgraded) {
      const end = this.rest.indexOf("\r\n\r\n");
      if (end === -1) return Buffer.alloc(0);
      out.push(this.take(end + 4));
      this.isUpgraded = true;
    }
    for (;;) {
      const frame = sizeOf(this.rest);
      if (!frame || this.rest.length < frame.header + frame.payload) return Buffer.concat(out);
      const isText = this.rest[0] === (0x80 | TEXT);
      const bytes = this.take(frame.header + frame.payload);
      if (!isText) out.push(bytes);
      else out.push(...this.change(bytes.subarray(frame.header).toString()).map(textFrame));
    }
  }

  private take(length: number): Buffer {
    const taken = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    return taken;
  }
}

function sizeOf(bytes: Buffer): { header: number; payload: number } | null {
  if (bytes.length < 2) return null;
  const short = bytes[1]! & 0x7f;
  if (short < 126) return { header: 2, payload: short };
  if (short === 126) {
    return bytes.length < 4 ? null : { header: 4, payload: bytes.readUInt16BE(2) };
  }
  return bytes.length < 10 ? null : { header: 10, payload: Number(bytes.readBigUInt64BE(2)) };
}

function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10);
  header[0] = 0x80 | TEXT;
  if (header.length === 2) header[1] = payload.length;
  if (header.length === 4) {
    header[1] = 126;
    header.writeUInt16BE(payload.length, 2);
  }
  if (header.length === 10) {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  return Buffer.concat([header, payload]);
}
