/** Shapes of API keys. */
import { type Static, Type } from "@sinclair/typebox";
import { SCOPES } from "../caller/caller";

/** A scope on the wire. */
export const ScopeSchema = Type.Union(
  SCOPES.map((scope) => Type.Literal(scope)),
  { title: "Scope" },
);

const FIELDS = {
  id: Type.String({ description: "Public part of the key, 16 hex digits." }),
  object: Type.Literal("api_key"),
  name: Type.String(),
  mode: Type.Union([Type.Literal("test"), Type.Literal("live")]),
  lastFour: Type.String({ description: "Last four characters of the key." }),
  scopes: Type.Union([Type.Array(ScopeSchema), Type.Null()], {
    description: "Scopes of a restricted key; null for every scope.",
  }),
  created: Type.Integer({ description: "Unix seconds." }),
  lastUsed: Type.Union([Type.Integer(), Type.Null()], {
    description: "Unix seconds of the last use, exact to a minute; null before the first one.",
  }),
  expires: Type.Union([Type.Integer(), Type.Null()], {
    description: "Unix seconds from which the key is refused; null for never.",
  }),
  revoked: Type.Union([Type.Integer(), Type.Null()], {
    description: "Unix seconds at which the key was revoked; null while it was not.",
  }),
  replacedBy: Type.Union([Type.String(), Type.Null()], {
    description: "Id of the key that replaced this one when it was rolled.",
  }),
};

/** A key as the API shows it: never its text. */
export const ApiKey = Type.Object(FIELDS, { title: "ApiKey" });
export type ApiKey = Static<typeof ApiKey>;

/** A key right after its creation. */
export const CreatedApiKey = Type.Object(
  {
    ...FIELDS,
    key: Type.Union([Type.String(), Type.Null()], {
      description:
        "The key itself. This answer is the only one that has it: it is stored as a hash, and null in a replay of an Idempotency-Key.",
    }),
  },
  { title: "CreatedApiKey" },
);
export type CreatedApiKey = Static<typeof CreatedApiKey>;

const expires = Type.Optional(
  Type.Integer({
    description: "Unix seconds from which the key is refused. Default: never.",
    examples: [1893456000],
  }),
);

/** Body of `POST /api-keys`. */
export const NewApiKey = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, examples: ["Order service"] }),
    scopes: Type.Optional(
      Type.Array(ScopeSchema, {
        minItems: 1,
        uniqueItems: true,
        description:
          "Scopes of a restricted key, each of which the calling key must have. Default: the scopes of the calling key.",
      }),
    ),
    expires,
  },
  { additionalProperties: false, title: "NewApiKey" },
);
export type NewApiKey = Static<typeof NewApiKey>;

/** Longest time in hours that a rolled key stays valid. */
export const MAX_OVERLAP_HOURS = 168;

/** Body of `POST /api-keys/:id/roll`. */
export const RollApiKey = Type.Object(
  {
    overlapHours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_OVERLAP_HOURS,
        default: 24,
        description: "Hours that the old key stays valid; 0 revokes it at once.",
      }),
    ),
    expires,
  },
  { additionalProperties: false, title: "RollApiKey" },
);
export type RollApiKey = Static<typeof RollApiKey>;

/** Id of a key in a path. */
export const KeyParams = Type.Object({
  keyId: Type.String({
    maxLength: 64,
    description: "Id of the key.",
    examples: ["01938c0de00012ab"],
  }),
});
