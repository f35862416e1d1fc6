/** Files in a bucket of an S3-compatible store. */
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { type FileStorage, requireHash, type StagedFile } from "./file-storage";

/** Options of `createS3Storage`. */
export interface S3StorageOptions {
  bucket: string;
  /** Text before each hash, such as `evidence/`. Default: none. */
  prefix?: string;
  /** URL of a store that is not Amazon's. Buckets are then in the path. */
  endpoint?: string;
  /** Default: that of the environment, else `us-east-1`, which other stores take. */
  region?: string;
  /** Default: as the AWS SDK finds them, such as by environment, profile or the machine's role. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Directory for files on their way in. Default: a new one in the system's temporary directory. */
  stagingDirectory?: string;
  /** Milliseconds without an answer after which a call fails; it is tried three times. Default: 10,000. */
  timeoutMs?: number;
}

/**
 * Opens the storage in a bucket, which has to exist. The store computes the SHA-256 again where it can, and refuses other bytes.
 * @example
 * const storage = await createS3Storage({ bucket: "evidence", endpoint: "https://minio.example.com" });
 */
export async function createS3Storage(options: S3StorageOptions): Promise<FileStorage> {
  // Gateways with a directory do not load it.
  const s3 = await import("@aws-sdk/client-s3");
  const client = new s3.S3Client(configOf(options));
  const stagingDirectory =
    options.stagingDirectory ?? (await mkdtemp(join(tmpdir(), "milepost-files-")));
  await mkdir(stagingDirectory, { recursive: true, mode: 0o700 });
  const { bucket: Bucket, prefix = "" } = options;
  const keyOf = (sha256: string): string => prefix + requireHash(sha256);
  return {
    stagingDirectory,
    async put({ path, sha256, size }: StagedFile): Promise<void> {
      // A stream cannot be sent again, so the body is opened for each attempt.
      await attempts(() =>
        client.send(
          new s3.PutObjectCommand({
            Bucket,
            Key: keyOf(sha256),
            Body: createReadStream(path),
            ContentLength: size,
            ContentType: "application/octet-stream",
            ContentDisposition: "attachment",
            ChecksumSHA256: Buffer.from(sha256, "hex").toString("base64"),
          }),
        ),
      );
    },
    async read(sha256: string): Promise<Readable | null> {
      try {
        const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key: keyOf(sha256) }));
        return Body instanceof Readable ? Body : null;
      } catch (error) {
        if (error instanceof s3.NoSuchKey) return null;
        throw error;
      }
    },
  };
}

/** Attempts to store a file. */
const PUT_ATTEMPTS = 3;

/** Repeats a call that failed on the store's side or on the way. */
async function attempts(call: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await call();
      return;
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata
        ?.httpStatusCode;
      const isFinal = status !== undefined && status < 500 && status !== 429;
      if (isFinal || attempt === PUT_ATTEMPTS) throw error;
    }
  }
}

const nothing = (): void => undefined;
const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

function configOf({
  endpoint,
  region,
  credentials,
  timeoutMs = 10_000,
}: S3StorageOptions): S3ClientConfig {
  return {
    region: region ?? process.env["AWS_REGION"] ?? "us-east-1",
    ...(credentials ? { credentials } : {}),
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs },
    // Other stores refuse the checksum that the SDK adds by itself; the SHA-256 above is a header of its own.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // Failures are thrown, and logged where they are handled.
    logger: SILENT,
  };
}
