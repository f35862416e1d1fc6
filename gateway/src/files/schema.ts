/** Shapes of evidence files. */
import { type Static, Type } from "@sinclair/typebox";
import { idPattern } from "../ids/ids";
import { MAX_NAME_LENGTH } from "./file-name";
import { MEDIA_TYPES } from "./media-type";

const Sha256 = Type.String({ description: "SHA-256, 64 lower-case hexadecimal digits." });
const orNull = <T extends ReturnType<typeof Type.String>>(type: T) =>
  Type.Union([type, Type.Null()]);

/** Form of an upload, as the OpenAPI document shows it. `receiveUpload` checks it. */
export const UploadForm = Type.Object(
  {
    file: Type.String({ format: "binary", description: "The bytes." }),
    sha256: Type.String({
      pattern: "^[0-9a-fA-F]{64}$",
      description:
        "SHA-256 of the bytes, computed by the client. The upload fails where it differs.",
    }),
    name: Type.Optional(
      Type.String({
        maxLength: MAX_NAME_LENGTH,
        description: "Name of the file. Default: the file name of the part.",
      }),
    ),
    uploadedBy: Type.Optional(
      Type.String({
        maxLength: 128,
        description: "Label of the person; the gateway only keeps it.",
      }),
    ),
  },
  { additionalProperties: false },
);

/** Query of an upload. */
export const UploadQuery = Type.Object(
  {
    project: Type.Optional(
      Type.String({
        maxLength: 64,
        description: "Id of the project that the file is for. A wallet session needs it.",
      }),
    ),
  },
  { additionalProperties: false },
);

/** How one submission or dispute that names the file compares with the chain. */
export const EvidenceCheck = Type.Object(
  {
    milestoneId: Type.String(),
    policy: Type.String({ description: "Address of the policy, base58." }),
    milestoneIndex: Type.Integer(),
    kind: Type.Union([Type.Literal("submission"), Type.Literal("dispute")]),
    manifestHash: Sha256,
    chainHash: orNull(Type.String({ description: "Hash on chain now; null where there is none." })),
    status: Type.Union(
      [
        Type.Literal("verified"),
        Type.Literal("differs"),
        Type.Literal("not_on_chain"),
        Type.Literal("chain_unavailable"),
      ],
      {
        description:
          "`verified`: the chain has this manifest's hash. `differs`: it has another, such as that of a later submission.",
      },
    ),
  },
  { title: "EvidenceCheck" },
);
export type EvidenceCheck = Static<typeof EvidenceCheck>;

/** What comparing the hashes said, at the time of the request. */
export const Verification = Type.Object(
  {
    verified: Type.Boolean({
      description:
        "True only where the hash of the stored bytes, the recorded hash and, for evidence of a milestone, the chain's hash agree.",
    }),
    fileHash: orNull(
      Type.String({ description: "SHA-256 of the stored bytes; null: they are gone." }),
    ),
    storedHash: Sha256,
    evidence: Type.Array(EvidenceCheck),
  },
  { title: "Verification" },
);
export type Verification = Static<typeof Verification>;

const FIELDS = {
  id: Type.String({ pattern: idPattern("file") }),
  object: Type.Literal("file"),
  name: Type.String(),
  mediaType: Type.Union(Object.keys(MEDIA_TYPES).map((each) => Type.Literal(each))),
  size: Type.Integer({ description: "Bytes." }),
  sha256: Sha256,
  uploadedBy: orNull(Type.String()),
  contentUrl: Type.String({ description: "The bytes, as an attachment." }),
  created: Type.Integer({ description: "Unix seconds." }),
};

/** A file as the API shows it. */
export const File = Type.Object(FIELDS, { title: "File" });
export type File = Static<typeof File>;

/** A file with its verification. */
export const VerifiedFile = Type.Object(
  { ...FIELDS, verification: Verification },
  { title: "VerifiedFile" },
);
export type VerifiedFile = Static<typeof VerifiedFile>;

/** Parameters of a route with a file's id. */
export const FileParams = Type.Object(
  { id: Type.String({ maxLength: 64 }) },
  { additionalProperties: false },
);
