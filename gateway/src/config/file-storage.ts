/** Opens the storage of evidence files that the flags name. */
import { createDirectoryStorage } from "../file-storage/directory-storage";
import type { FileSettings } from "../file-storage/file-storage";
import { createS3Storage } from "../file-storage/s3-storage";
import { UsageError } from "./usage-error";

/** Flags of the storage. */
export interface StorageFlags {
  filesDir?: string;
  s3Bucket?: string;
  s3Endpoint?: string;
  s3Region?: string;
  s3Prefix?: string;
}

/** Returns the storage, or undefined without one. Throws `UsageError` for flags that contradict each other. */
export async function openFiles(flags: StorageFlags): Promise<FileSettings | undefined> {
  const { filesDir, s3Bucket, s3Endpoint, s3Region, s3Prefix } = flags;
  if (filesDir !== undefined && s3Bucket !== undefined) {
    throw new UsageError("--files-dir and --s3-bucket exclude each other: pass only one of them");
  }
  if (s3Bucket !== undefined) {
    const options = { bucket: s3Bucket, endpoint: s3Endpoint, region: s3Region, prefix: s3Prefix };
    return { storage: await createS3Storage(options) };
  }
  const [lonely] = Object.entries({ endpoint: s3Endpoint, region: s3Region, prefix: s3Prefix })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `--s3-${name}`);
  if (lonely)
    throw new UsageError(`${lonely} needs --s3-bucket: pass the bucket of the evidence files`);
  return filesDir === undefined ? undefined : { storage: await createDirectoryStorage(filesDir) };
}
