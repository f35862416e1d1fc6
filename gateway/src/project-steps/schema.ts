/** Shapes of the steps on a project's milestones. */
import { type Static, Type } from "@sinclair/typebox";
import { idPattern } from "../ids/ids";
import { AMOUNT_PATTERN } from "../money/amount";
import { oneOf, orNull, Project, ProjectMilestone } from "../projects/schema";

/** Most files of one submission or dispute; the dispute's own text counts in the manifest. */
const MAX_EVIDENCE_FILES = 49;

const party = Type.String({
  pattern: idPattern("person"),
  description: "Id of the person who acts.",
});

const Hash = (description: string) =>
  Type.String({ pattern: "^[0-9a-f]{64}$", description: `${description} 64 hexadecimal digits.` });

const Seconds = (description: string) =>
  Type.Integer({ description: `${description} Unix seconds.` });

/** A file that the platform keeps itself: only its hash is known here. */
const FileInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 255 }),
    sha256: Hash("SHA-256 of the file."),
    size: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    mediaType: Type.String({ minLength: 1, maxLength: 255 }),
  },
  { additionalProperties: false },
);

/** Evidence of a submission or a dispute: uploaded files, or files that the platform keeps. */
export const evidenceInput = {
  fileIds: Type.Optional(
    Type.Array(Type.String({ pattern: idPattern("file") }), {
      minItems: 1,
      maxItems: MAX_EVIDENCE_FILES,
      description: "Ids of uploaded files.",
    }),
  ),
  files: Type.Optional(
    Type.Array(FileInput, {
      minItems: 1,
      maxItems: MAX_EVIDENCE_FILES,
      description: "Files that the platform keeps itself, instead of `fileIds`.",
    }),
  ),
};

export const Submit = Type.Object(
  {
    party,
    note: Type.Optional(Type.String({ minLength: 1, maxLength: 10_000 })),
    ...evidenceInput,
  },
  {
    additionalProperties: false,
    description: "At least one of `fileIds`, `files` and `note`.",
  },
);
export type Submit = Static<typeof Submit>;

/** A file of evidence as the manifest names it. */
export const EvidenceEntry = Type.Object({
  fileId: Type.Union([Type.String(), Type.Null()]),
  name: Type.String(),
  sha256: Type.String(),
  size: Type.Integer(),
  mediaType: Type.String(),
});

export const Submission = Type.Object({
  id: Type.String(),
  object: Type.Literal("project_submission"),
  milestoneId: Type.String(),
  note: Type.String(),
  files: Type.Array(EvidenceEntry),
  manifest: Type.String({ description: "Canonical text whose SHA-256 is `evidenceHash`." }),
  evidenceHash: Hash("What is on chain."),
  submitted: Type.Union([Seconds("Confirmation by the chain's clock."), Type.Null()]),
  created: Seconds("Request."),
});
export type Submission = Static<typeof Submission>;

export const Approve = Type.Object(
  {
    party,
    evidenceHash: Type.Optional(
      Hash(
        "Hash of the submission that was reviewed. Default: the newest one's. An approval never pays for another submission.",
      ),
    ),
  },
  { additionalProperties: false },
);
export type Approve = Static<typeof Approve>;

/** How a mediator decides. */
export const OUTCOMES = ["full", "split", "refund"] as const;

export const Decide = Type.Object(
  {
    party,
    outcome: Type.Unsafe<(typeof OUTCOMES)[number]>({
      type: "string",
      enum: [...OUTCOMES],
      description:
        "`full` pays the contractor the whole amount, `refund` returns all of it, `split` needs `recipientAmount`.",
    }),
    recipientAmount: Type.Optional(
      Type.String({
        pattern: AMOUNT_PATTERN,
        description: "The contractor's share of the amount, before the fees taken from it.",
      }),
    ),
    reasons: Type.Optional(Type.String({ minLength: 1, maxLength: 10_000 })),
  },
  { additionalProperties: false },
);
export type Decide = Static<typeof Decide>;

/** States of an action. The last two are final. */
export const ACTION_STATES = ["prepared", "pending", "landed", "failed"] as const;

/** A transaction that wallets sign. */
export const StepSigning = Type.Object({
  transaction: Type.String({
    description:
      "Transaction for the wallet, base64, with the signatures that other parties have given.",
  }),
  message: Type.String({ description: "Bytes that each wallet signs, base64." }),
  signers: Type.Array(Type.String(), { description: "Wallets that must sign, base58." }),
  missing: Type.Array(Type.String(), { description: "Wallets whose signature is still missing." }),
  expiresAt: Seconds(
    "Chain time from which the transaction can no longer land. Request a new one then.",
  ),
});

/** A party's step on its way to the chain. */
export const ProjectAction = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("project_action"),
    projectId: Type.String(),
    action: Type.String({ description: "Name of the step, such as `approve`." }),
    state: oneOf(
      ACTION_STATES,
      "`prepared` waits for signatures, `pending` for the chain's confirmation.",
    ),
    milestoneId: orNull(Type.String({ description: "Null for a step on the whole project." })),
    party: orNull(Type.String({ description: "Id of the person who acts." })),
    signing: orNull(StepSigning),
    signature: orNull(Type.String({ description: "Signature of the confirmed transaction." })),
    error: orNull(Type.String({ description: "Reason of a failure." })),
    created: Seconds("Request."),
  },
  { description: "A party's step on its way to the chain." },
);
export type ProjectAction = Static<typeof ProjectAction>;

/** Answer of a step on a milestone that is not confirmed yet. */
export const StepAccepted = Type.Union([ProjectMilestone, ProjectAction], {
  description:
    "The milestone, while the chain confirms the step. If wallets sign, the action with its unsigned transaction.",
});
/** Answer of a step on a project that is not confirmed yet. */
export const PartAccepted = Type.Union([Project, ProjectAction], {
  description:
    "The project, while the chain confirms the step. If wallets sign, the action with its unsigned transaction.",
});

/** A transaction that a wallet signed. */
export const SignedTransaction = Type.Object(
  {
    transaction: Type.String({
      minLength: 1,
      maxLength: 2_048,
      description: "The transaction of an action, signed and otherwise unchanged, base64.",
    }),
  },
  { additionalProperties: false },
);
export type SignedTransaction = Static<typeof SignedTransaction>;

export const ActionParams = Type.Object({
  id: Type.String({ pattern: idPattern("project") }),
  actionId: Type.String({ pattern: idPattern("action") }),
});
