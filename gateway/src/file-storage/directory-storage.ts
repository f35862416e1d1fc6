/** Files in a directory of this machine, or of a volume that several processes share. */
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type FileStorage, requireHash, type StagedFile } from "./file-storage";

/** Milliseconds after which a staged file belongs to a process that died. */
const STALE_MS = 60 * 60 * 1_000;

/**
 * Opens the storage in a directory, which is created when it does not exist. A file appears under its hash with one rename,
 * whole, after its bytes were flushed to the disk.
 * @example
 * const storage = await createDirectoryStorage("/var/lib/milepost/files");
 */
export async function createDirectoryStorage(directory: string): Promise<FileStorage> {
  const stagingDirectory = join(directory, "incoming");
  // Only the gateway's own user may read evidence.
  await mkdir(stagingDirectory, { recursive: true, mode: 0o700 });
  await removeStale(stagingDirectory, Date.now() - STALE_MS);
  const folderOf = (sha256: string): string => join(directory, requireHash(sha256).slice(0, 2));
  return {
    stagingDirectory,
    async put({ path, sha256 }: StagedFile): Promise<void> {
      const folder = folderOf(sha256);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await flush(path);
      await rename(path, join(folder, sha256));
      await flush(folder);
      await flush(directory);
    },
    async read(sha256: string): Promise<Readable | null> {
      const path = join(folderOf(sha256), sha256);
      const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return null;
        throw error;
      });
      return file && createReadStream(path, { fd: file });
    },
  };
}

/** Writes what the system holds of a file or directory to the disk. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes staged files that were last written before `before`, in milliseconds: their process died. */
export async function removeStale(stagingDirectory: string, before: number): Promise<void> {
  for (const name of await readdir(stagingDirectory)) {
    const path = join(stagingDirectory, name);
    const found = await stat(path).catch(() => null);
    if (found && found.mtimeMs < before) await rm(path, { force: true });
  }
}
