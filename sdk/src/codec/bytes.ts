/** Bytes that a codec cannot read: too few of them, or a tag that no variant has. */
export class DecodeError extends Error {
  override name = "DecodeError";
}

/** Reads little-endian values one after the other. Throws `DecodeError` past the end. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = offset;
  }

  /** Returns the next `length` bytes without copying them. */
  take(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  u8(): number {
    return this.view.getUint8(this.advance(1));
  }

  u16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  private advance(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.length) {
      throw new DecodeError(
        `${this.bytes.length} bytes end before the ${length} at offset ${start}`,
      );
    }
    this.at = start + length;
    return start;
  }
}

/** Collects bytes. */
export class ByteWriter {
  private readonly bytes: number[] = [];

  push(bytes: ArrayLike<number>): void {
    for (let index = 0; index < bytes.length; index += 1) this.bytes.push(bytes[index]!);
  }

  toBytes(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}
