/** Shapes of the operator's report. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Address = Type.String({ description: "Base58." });
const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Mode = Type.Union([Type.Literal("test"), Type.Literal("live")]);

const GatewayAccount = Type.Object({
  address: Address,
  authority: Address,
  signer: Address,
  feeRecipient: Address,
  feeBps: Type.Integer(),
  keeperRewardBps: Type.Integer(),
  openPolicies: Type.Integer(),
});

const check = {
  ok: Type.Boolean(),
  error: orNull(Type.String({ description: "What is wrong; null for nothing." })),
};

const ChainHealth = Type.Object({
  mode: Mode,
  ...check,
  slot: orNull(Type.Integer()),
  time: orNull(Type.Integer({ description: "The chain's time, Unix seconds." })),
});

const KeeperHealth = Type.Object({
  ...check,
  lastSeen: orNull(
    Type.Integer({ description: "Unix seconds of the newest row that the keeper wrote." }),
  ),
  due: Count("Payments that are due."),
  postponed: Count("Due payments that the keeper postponed after an error."),
  failed: Count("Transactions that failed within 24 hours."),
});

const Health = Type.Object({
  database: Type.Object(check),
  chains: Type.Array(ChainHealth),
  keeper: Type.Union([KeeperHealth, Type.Null()], {
    description: "Null where no keeper uses the gateway's database.",
  }),
  webhooks: Type.Object({
    endpoints: Count("Endpoints of every account."),
    disabled: Count("Endpoints that are disabled."),
    pending: Count("Deliveries that are not done."),
    failing: Count("Enabled endpoints whose last deliveries failed."),
  }),
  jobs: Type.Object({
    waiting: Count("Transactions in the queue."),
    running: Count("Transactions that are signed and not confirmed."),
    failed: Count("Transactions that failed within 24 hours."),
  }),
});

/** Something that should have been paid, or that needs attention. */
export const Stuck = Type.Object({
  object: Type.String({ examples: ["payment_intent", "project"] }),
  objectId: Type.String(),
  milestoneId: orNull(Type.String()),
  accountId: Type.String(),
  since: Type.Integer({ description: "Unix seconds." }),
  reason: Type.String(),
  nextStep: Type.String(),
});
export type Stuck = Static<typeof Stuck>;

const LastRun = Type.Object({
  id: Type.String(),
  status: Type.String({ description: "`running`, `done` or `failed`." }),
  created: Type.Integer({ description: "Unix seconds." }),
  finished: orNull(Type.Integer({ description: "Unix seconds." })),
});

/** The operator's report. */
export const OperatorReport = Type.Object(
  {
    object: Type.Literal("operator_report"),
    mode: Mode,
    gateway: GatewayAccount,
    sponsor: Type.Object({
      address: Address,
      lamports: Type.String({ description: "Lamports, digits." }),
    }),
    health: Health,
    stuck: Type.Array(Stuck),
    reconciliation: Type.Object({
      last: Type.Union([LastRun, Type.Null()], {
        description: "Newest run over every account of the mode.",
      }),
      differences: Count("Policies in which ledger and chain differed in this run."),
    }),
  },
  { title: "OperatorReport" },
);
export type OperatorReport = Static<typeof OperatorReport>;
