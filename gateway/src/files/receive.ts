/** Receives an upload: streams it into the staging directory, hashes it on the way, and finds its media type. */
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FastifyRequest } from "fastify";
import { GatewayError } from "../errors/gateway-error";
import type { StagedFile } from "../file-storage/file-storage";
import { type MediaType, MEDIA_TYPES, sniff, SNIFF_BYTES, TextCheck } from "./media-type";

/** An upload whose bytes are in the staging directory. */
export interface Upload {
  staged: StagedFile;
  mediaType: MediaType;
  /** Texts of the form by name, `name` among them where the file's part has a file name. */
  fields: Readonly<Record<string, string>>;
}

/** Form fields beside the file. */
const FIELDS = ["sha256", "name", "uploadedBy"];

/**
 * Reads the form of a request. Nothing stays in the staging directory when it fails, or when the client goes away.
 * Throws `GatewayError`: `invalid_request`, `unsupported_media_type`, `body_too_large`.
 */
export async function receiveUpload(
  request: FastifyRequest,
  { stagingDirectory, maxBytes }: { stagingDirectory: string; maxBytes: number },
): Promise<Upload> {
  if (!request.isMultipart()) {
    throw new GatewayError(
      "unsupported_media_type",
      `Content-Type: expected multipart/form-data, received ${request.headers["content-type"] ?? "none"}`,
    );
  }
  const path = join(stagingDirectory, randomUUID());
  const fields: Record<string, string> = {};
  let received: Omit<Upload, "fields"> | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type === "field") {
        fields[requireField(part.fieldname)] = requireText(part);
      } else {
        if (part.fieldname !== "file") throw unknownField(part.fieldname);
        received = await stage(part.file, path, maxBytes);
        fields["name"] ??= part.filename;
      }
    }
  } catch (error) {
    await rm(path, { force: true });
    throw fromMultipart(error, maxBytes);
  }
  if (!received) {
    throw new GatewayError("invalid_request", "file: required, and missing", { param: "file" });
  }
  return { ...received, fields };
}

/** Removes an upload that was not moved into the storage. */
export const discardUpload = ({ staged }: Upload): Promise<void> =>
  rm(staged.path, { force: true });

/** Writes the bytes to `path`, and returns what they are. */
async function stage(
  bytes: Readable,
  path: string,
  maxBytes: number,
): Promise<Omit<Upload, "fields">> {
  const inspection = new Inspection();
  const inspect = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        inspection.add(chunk);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  const file = createWriteStream(path, { flags: "wx", mode: 0o600 });
  try {
    await pipeline(bytes, inspect, file);
  } finally {
    // A file that is still being opened when the bytes are refused would appear after its removal.
    if (!file.closed) await once(file, "close");
  }
  // busboy ends a file at the limit as if it were complete.
  if ((bytes as Readable & { truncated?: boolean }).truncated) throw tooLarge(maxBytes);
  const { sha256, size, mediaType } = inspection.end();
  return { staged: { path, sha256, size }, mediaType };
}

/** Hash, size and type of bytes that come piece by piece. Fails as soon as they are none of the types. */
class Inspection {
  private readonly hash = createHash("sha256");
  private readonly text = new TextCheck();
  private head = Buffer.alloc(0);
  private mediaType: MediaType | null = null;
  private size = 0;

  add(chunk: Buffer): void {
    this.hash.update(chunk);
    this.size += chunk.length;
    if (this.head.length < SNIFF_BYTES) {
      this.head = Buffer.concat([this.head, chunk.subarray(0, SNIFF_BYTES - this.head.length)]);
      if (this.head.length === SNIFF_BYTES) this.mediaType = requireType(this.head);
    }
    const mayBeText = this.mediaType === null || this.mediaType === "text/plain";
    if (mayBeText && !this.text.add(chunk) && this.mediaType !== null) throw wrongType();
  }

  end(): { sha256: string; size: number; mediaType: MediaType } {
    if (this.size === 0) {
      throw new GatewayError("invalid_request", "file: expected a file that is not empty", {
        param: "file",
      });
    }
    const mediaType = this.mediaType ?? requireType(this.head);
    if (mediaType === "text/plain" && !this.text.end()) throw wrongType();
    return { sha256: this.hash.digest("hex"), size: this.size, mediaType };
  }
}

function requireType(head: Buffer): MediaType {
  const mediaType = sniff(head);
  if (mediaType) return mediaType;
  throw wrongType();
}

const wrongType = (): GatewayError =>
  new GatewayError(
    "unsupported_media_type",
    `file: expected ${Object.keys(MEDIA_TYPES).join(", ")} by its content, received something else. Convert it, or put it into a zip file.`,
    { param: "file" },
  );

const tooLarge = (maxBytes: number): GatewayError =>
  new GatewayError("body_too_large", `file: expected at most ${maxBytes} bytes, received more.`, {
    param: "file",
  });

const unknownField = (name: string): GatewayError =>
  new GatewayError("invalid_request", `${name}: unknown parameter`, { param: name });

function requireField(name: string): string {
  if (FIELDS.includes(name)) return name;
  if (name !== "file") throw unknownField(name);
  throw new GatewayError(
    "invalid_request",
    "file: expected a file, received text. Give its part a file name.",
    { param: "file" },
  );
}

function requireText({
  fieldname,
  value,
  valueTruncated,
}: {
  fieldname: string;
  value: unknown;
  valueTruncated: boolean;
}): string {
  if (typeof value === "string" && !valueTruncated) return value;
  throw new GatewayError("invalid_request", `${fieldname}: expected a short text`, {
    param: fieldname,
  });
}

/** Turns the multipart parser's errors into the API's. */
function fromMultipart(error: unknown, maxBytes: number): unknown {
  if (error instanceof GatewayError) return error;
  const { code, message } = error as { code?: string; message?: string };
  if (code === "FST_REQ_FILE_TOO_LARGE") return tooLarge(maxBytes);
  const isOurs = code === undefined || !/^(FST_|ERR_STREAM_PREMATURE_CLOSE|ECONNRESET)/.test(code);
  if (isOurs && !/multipart|Malformed|header/i.test(message ?? "")) return error;
  return new GatewayError(
    "invalid_request",
    `The form is not valid: expected one file and the fields ${FIELDS.join(", ")}. ${message ?? ""}`,
    { cause: error },
  );
}
