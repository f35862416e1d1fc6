/** `/v1/files`: evidence files, checked on the way in and served as attachments only. */
import multipart from "@fastify/multipart";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../context";
import { DEFAULT_MAX_BYTES } from "../file-storage/file-storage";
import { callerOf } from "../http/authenticate";
import type { Routes } from "../http/app";
import { listQuery, listOf, pageOf, toList } from "../http/list";
import { write } from "../http/write";
import { ID_PREFIXES } from "../ids/ids";
import { attachment } from "./file-name";
import { discardUpload, receiveUpload } from "./receive";
import { File, FileParams, UploadForm, UploadQuery, VerifiedFile } from "./schema";
import {
  checkUpload,
  type CheckedUpload,
  createFile,
  getFile,
  openContent,
  requireFiles,
  showFile,
  storeUpload,
} from "./service";
import { type FileRow, listFiles } from "./store";

/** Schema of `POST /files`. */
const CREATE = {
  operationId: "createFile",
  tags: ["Files"],
  summary: "Upload an evidence file",
  description:
    "The client sends the SHA-256 of the bytes; the gateway computes its own and refuses the upload where they differ. Taken are JPEG, PNG, WebP, HEIC, PDF, plain text, ZIP and MP4, as their content says.",
  consumes: ["multipart/form-data"],
  querystring: UploadQuery,
  body: UploadForm,
  response: { 201: File },
};

/** Schema of `GET /files/:id/content`. */
const CONTENT = {
  operationId: "getFileContent",
  tags: ["Files"],
  summary: "Download a file's bytes",
  description: "Always an attachment. The bytes are hashed before the first one is sent.",
  params: FileParams,
  response: {
    200: {
      description: "The bytes, under the media type that their content has.",
      content: { "*/*": { schema: Type.String({ format: "binary" }) } },
    },
  },
};

/** Routes of files. */
export const fileRoutes: Routes = (context) => async (instance) => {
  // A name with a path is refused, not shortened.
  await instance.register(multipart, { preservePath: true, limits: limitsOf(context) });
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    "/files",
    {
      config: { scope: "projects:write", party: "upload" },
      // The form is checked while it streams in.
      validatorCompiler: () => () => true,
      schema: CREATE,
    },
    upload(context),
  );
  app.get(
    "/files",
    {
      config: { scope: "projects:read" },
      schema: {
        operationId: "listFiles",
        tags: ["Files"],
        summary: "List the account's files",
        querystring: Type.Object(listQuery("file"), { additionalProperties: false }),
        response: { 200: listOf(File) },
      },
    },
    async (request) => {
      const page = pageOf(request.query, ID_PREFIXES.file);
      return toList(await listFiles(context.database, callerOf(request), page), page, showFile);
    },
  );
  app.get(
    "/files/:id",
    {
      config: { scope: "projects:read", party: "file" },
      schema: {
        operationId: "getFile",
        tags: ["Files"],
        summary: "Get a file, compared with its stored bytes and the chain",
        params: FileParams,
        response: { 200: VerifiedFile },
      },
    },
    async (request) => getFile(context, callerOf(request), request.params.id),
  );
  app.get(
    "/files/:id/content",
    { config: { scope: "projects:read", party: "file" }, schema: CONTENT },
    serve(context),
  );
};

/** Returns the limits of a form. */
const limitsOf = ({ files }: GatewayContext) => ({
  fileSize: files?.maxBytes ?? DEFAULT_MAX_BYTES,
  files: 1,
  fields: 3,
  parts: 4,
  fieldSize: 2_048,
  headerPairs: 20,
});

/** Returns the handler that sends a file's bytes. */
const serve =
  (context: GatewayContext) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { id } = request.params as { id: string };
    const { file, bytes } = await openContent(context, callerOf(request), id);
    await reply.headers(contentHeaders(file)).send(bytes);
  };

/** Returns headers under which nothing of a file is rendered, run, framed or cached. */
const contentHeaders = ({ name, media_type, size, sha256 }: FileRow): Record<string, string> => ({
  "content-type": media_type,
  "content-length": String(size),
  "content-disposition": attachment(name, media_type),
  "repr-digest": `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`,
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-site",
  "referrer-policy": "no-referrer",
  "cache-control": "private, no-store",
});

/**
 * Returns the handler of an upload: the bytes are received, compared and stored before the transaction begins. What an
 * Idempotency-Key compares is the form with the hash of the bytes.
 */
function upload(context: GatewayContext) {
  const save = write(context, async (transaction, request, caller) => ({
    status: 201,
    body: await createFile(context, transaction, caller, request.body as CheckedUpload),
  }));
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { storage, maxBytes = DEFAULT_MAX_BYTES } = requireFiles(context);
    const { stagingDirectory } = storage;
    const received = await receiveUpload(request, { stagingDirectory, maxBytes });
    try {
      request.body = checkUpload(received);
      await storeUpload(storage, received);
      await save(request, reply);
    } finally {
      await discardUpload(received);
    }
  };
}
