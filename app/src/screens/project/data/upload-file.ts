/** Uploads evidence with the hash that this browser computed. */
import { dataOf, type Gateway } from "../../../gateway";
import type { DraftFile } from "../rules/drafts";
import type { StoredFile } from "../rules/types";

/** A file with its hash, 64 hexadecimal digits. */
export interface HashedFile {
  file: File;
  hashHex: string;
}

/**
 * Uploads a file for a project. The gateway refuses bytes that have another hash.
 * Throws `GatewayProblem`.
 */
export async function uploadFile(
  { baseUrl, transport }: Gateway,
  projectId: string,
  { file, hashHex }: HashedFile,
): Promise<DraftFile> {
  const form = new FormData();
  form.set("sha256", hashHex);
  form.set("name", file.name);
  form.set("file", file, "file");
  const url = `${baseUrl}/v1/files?project=${encodeURIComponent(projectId)}`;
  const answer = await transport(new Request(url, { method: "POST", body: form }));
  const body: unknown = await answer.json().catch(() => null);
  const stored = dataOf(
    Promise.resolve({ data: body as StoredFile, error: body, response: answer }),
  );
  const { id, name, sha256, size, mediaType } = await stored;
  return { id, name, sha256, size, mediaType };
}

/** Downloads a file's bytes. Throws `GatewayProblem`. */
export async function downloadFile({ client }: Gateway, id: string): Promise<Uint8Array> {
  const { data, error, response } = await client.GET("/v1/files/{id}/content", {
    params: { path: { id } },
    parseAs: "arrayBuffer",
  });
  return new Uint8Array(await dataOf<ArrayBuffer>(Promise.resolve({ data, error, response })));
}
