import { ByteReader, ByteWriter } from "./bytes";
import type { Codec } from "./codecs";

/** Discriminator that an account, an event or an instruction starts with, and the codec of the rest. */
export interface Tagged<T> {
  readonly discriminator: readonly number[];
  readonly codec: Codec<T>;
}

/** Returns true when the bytes start with this discriminator. */
export function hasDiscriminator(data: Uint8Array, discriminator: readonly number[]): boolean {
  return discriminator.every((byte, index) => data[index] === byte);
}

/** Reads the value after the discriminator. Throws `DecodeError`. */
export function readTagged<T>({ discriminator, codec }: Tagged<T>, data: Uint8Array): T {
  return codec.read(new ByteReader(data, discriminator.length));
}

/** Writes the discriminator and the value. Throws `InvalidInputError`, which names the field. */
export function writeTagged<T>({ discriminator, codec }: Tagged<T>, value: unknown): Uint8Array {
  const writer = new ByteWriter();
  writer.push(discriminator);
  codec.write(writer, value, "");
  return writer.toBytes();
}
