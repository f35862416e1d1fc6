/** Uploads to a gateway under test. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Returns the SHA-256 in hex. */
export const sha256 = (bytes: Buffer | string): string =>
  createHash("sha256").update(bytes).digest("hex");

/** Bytes that are a PNG by their content, of a length. */
export function png(length = 64, fill = 1): Buffer {
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    Buffer.alloc(Math.max(length - 8, 0), fill),
  ]);
}

/** A part of a form: a text, or a file with its name. */
export type Part = [name: string, value: string] | [name: string, value: Buffer, fileName: string];

/** Returns a multipart body as browsers send it, with its Content-Type. */
export function form(parts: readonly Part[]): {
  payload: Buffer;
  headers: { "content-type": string };
} {
  const boundary = "----milepost-test";
  const chunks: Buffer[] = [];
  for (const [name, value, fileName] of parts) {
    const file =
      fileName === undefined
        ? ""
        : `; filename="${fileName}"\r\nContent-Type: application/octet-stream`;
    chunks.push(
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`),
      Buffer.from(value),
      Buffer.from("\r\n"),
    );
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return {
    payload: Buffer.concat(chunks),
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
  };
}

/** Returns the form of a file with its hash. */
export const fileForm = (bytes: Buffer, fileName = "sink.png", hash = sha256(bytes)) =>
  form([
    ["sha256", hash],
    ["file", bytes, fileName],
  ]);

/** Creates a directory that `remove` deletes. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "milepost-files-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
