/** Keeps uploads, and returns files with their verification or their bytes. */
import type { Readable } from "node:stream";
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import type { GatewayContext } from "../context";
import { GatewayError, missing } from "../errors/gateway-error";
import {
  DEFAULT_QUOTA_BYTES,
  type FileSettings,
  type FileStorage,
} from "../file-storage/file-storage";
import { toSeconds } from "../time/seconds";
import { askStorage } from "./ask-storage";
import { requireName } from "./file-name";
import type { Upload } from "./receive";
import type { File, VerifiedFile } from "./schema";
import { type FileRow, findFile, insertFile, type Owner, storedBytes } from "./store";
import { hashStored, verifyFile } from "./verify";

/** An upload whose form is valid and whose hash both sides agree on. */
export interface CheckedUpload {
  name: string;
  sha256: string;
  size: number;
  mediaType: Upload["mediaType"];
  uploadedBy: string | null;
}

/** Returns the settings. Throws `GatewayError` (`unavailable`) where this gateway has no storage. */
export function requireFiles({ files }: GatewayContext): FileSettings {
  if (files) return files;
  throw new GatewayError(
    "unavailable",
    "This gateway stores no files. Its operator has to configure a directory or an S3 bucket.",
  );
}

/**
 * Checks the form, and compares the client's hash with the gateway's.
 * Throws `GatewayError`: `invalid_request`, `file_hash_mismatch` with both hashes.
 */
export function checkUpload({ fields, staged, mediaType }: Upload): CheckedUpload {
  const claimed = fields["sha256"]?.toLowerCase();
  if (claimed === undefined || !/^[0-9a-f]{64}$/.test(claimed)) {
    throw new GatewayError(
      "invalid_request",
      `sha256: expected the SHA-256 of the file, 64 hexadecimal digits, received ${JSON.stringify(fields["sha256"]?.slice(0, 80) ?? "nothing")}`,
      { param: "sha256" },
    );
  }
  if (claimed !== staged.sha256) {
    throw new GatewayError(
      "file_hash_mismatch",
      `sha256: the client sent ${claimed}, the gateway received bytes with ${staged.sha256}. Send the file again.`,
      { param: "sha256" },
    );
  }
  const { uploadedBy } = fields;
  const isLabel = uploadedBy === undefined || /^[^\0]{1,128}$/s.test(uploadedBy);
  if (!isLabel) {
    throw new GatewayError(
      "invalid_request",
      `uploadedBy: expected 1 to 128 characters without NUL, received ${uploadedBy.length}`,
      { param: "uploadedBy" },
    );
  }
  const { sha256, size } = staged;
  return {
    name: requireName(fields["name"]),
    sha256,
    size,
    mediaType,
    uploadedBy: uploadedBy ?? null,
  };
}

/** Puts the bytes into the storage, and reads them again. Throws `GatewayError` (`file_damaged`) where they differ. */
export async function storeUpload(storage: FileStorage, { staged }: Upload): Promise<void> {
  await askStorage(() => storage.put(staged));
  const found = await hashStored(storage, staged.sha256);
  if (found === staged.sha256) return;
  throw new GatewayError(
    "file_damaged",
    `The storage returned ${found ?? "nothing"} for ${staged.sha256}. Send the file again.`,
  );
}

/** Refuses an upload above the account's quota. Throws `GatewayError` (`quota_exceeded`). */
export async function requireQuota(
  database: Database,
  owner: Owner,
  { quotaBytes = DEFAULT_QUOTA_BYTES }: FileSettings,
  size: number,
): Promise<void> {
  const stored = await storedBytes(database, owner);
  if (stored + size <= quotaBytes) return;
  throw new GatewayError(
    "quota_exceeded",
    `This account stores ${stored} of ${quotaBytes} bytes; ${size} more are too many. Ask the gateway's operator for more.`,
  );
}

/** Returns the label of the person who uploads; a party's session uploads as its own person. */
function uploaderOf({ session }: Caller, uploadedBy: string | null): string | null {
  if (session?.role !== "party") return uploadedBy;
  if (uploadedBy === null || uploadedBy === session.personId) return session.personId;
  throw new GatewayError(
    "forbidden",
    `uploadedBy: expected the session's own person ${session.personId}, received ${JSON.stringify(uploadedBy)}`,
    { param: "uploadedBy" },
  );
}

/** Writes a file whose bytes are in the storage. Throws `GatewayError`: `quota_exceeded`, `forbidden`. */
export async function createFile(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  { name, mediaType, size, sha256, uploadedBy }: CheckedUpload,
): Promise<File> {
  await requireQuota(transaction, caller, requireFiles(context), size);
  const uploaded_by = uploaderOf(caller, uploadedBy);
  const row = { name, media_type: mediaType, size, sha256, uploaded_by };
  return showFile(await insertFile(transaction, caller, row, context.now()));
}

/** Returns a file, compared with its stored bytes and with the chain now. Throws `GatewayError` (`resource_missing`). */
export async function getFile(
  context: GatewayContext,
  owner: Owner,
  id: string,
): Promise<VerifiedFile> {
  const file = await requireFile(context, owner, id);
  const { storage } = requireFiles(context);
  return { ...showFile(file), verification: await verifyFile(context, storage, owner, file) };
}

/**
 * Returns a file's bytes, hashed before the first is sent.
 * Throws `GatewayError`: `resource_missing`, `file_damaged` where they are gone or differ from the uploaded ones.
 */
export async function openContent(
  context: GatewayContext,
  owner: Owner,
  id: string,
): Promise<{ file: FileRow; bytes: Readable }> {
  const file = await requireFile(context, owner, id);
  const { storage } = requireFiles(context);
  const found = await hashStored(storage, file.sha256);
  const bytes = found === file.sha256 ? await askStorage(() => storage.read(file.sha256)) : null;
  if (bytes) return { file, bytes };
  throw new GatewayError(
    "file_damaged",
    `The stored bytes of ${id} ${found ? `have the hash ${found}` : "are gone"}; uploaded was ${file.sha256}. The gateway's operator has to restore them.`,
  );
}

/** Returns a file of the account. Throws `GatewayError` (`resource_missing`). */
async function requireFile(
  { database }: GatewayContext,
  owner: Owner,
  id: string,
): Promise<FileRow> {
  const file = await findFile(database, owner, id);
  if (!file) throw missing("file", id);
  return file;
}

/** Returns a file as the API shows it. */
export function showFile(row: FileRow): File {
  return {
    id: row.id,
    object: "file",
    name: row.name,
    mediaType: row.media_type,
    size: row.size,
    sha256: row.sha256,
    uploadedBy: row.uploaded_by,
    contentUrl: `/v1/files/${row.id}/content`,
    created: toSeconds(row.created_at),
  };
}
