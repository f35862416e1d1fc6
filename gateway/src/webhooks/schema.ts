/** Shapes of webhook endpoints and deliveries. */
import { type Static, Type } from "@sinclair/typebox";
import { EVENT_PATTERNS } from "../events/patterns";
import { idPattern } from "../ids/ids";
import { MAX_URL_LENGTH } from "./url-rules";

const Nullable = <T extends ReturnType<typeof Type.Integer | typeof Type.String>>(type: T) =>
  Type.Union([type, Type.Null()]);
const Status = Type.Union([Type.Literal("enabled"), Type.Literal("disabled")]);
const Metadata = Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 500 }), {
  maxProperties: 50,
});

const EnabledEvents = Type.Array(
  Type.Unsafe<string>({ type: "string", enum: [...EVENT_PATTERNS] }),
  {
    minItems: 1,
    maxItems: 100,
    description: "Types such as `milestone.completed`, `milestone.*` for a kind, or `*` for all.",
  },
);

const Url = Type.String({
  minLength: 1,
  maxLength: MAX_URL_LENGTH,
  description: "https URL; in the sandbox also an http URL of this machine.",
});

/** An endpoint, without its secret. */
export const WebhookEndpoint = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("webhook_endpoint"),
    mode: Type.Union([Type.Literal("test"), Type.Literal("live")]),
    url: Type.String(),
    description: Nullable(Type.String()),
    enabledEvents: Type.Array(Type.String()),
    status: Status,
    metadata: Metadata,
    created: Type.Integer({ description: "Unix seconds." }),
    failingSince: Nullable(
      Type.Integer({ description: "First failed attempt since the last success." }),
    ),
    disabledReason: Nullable(Type.String()),
    oldSecretExpires: Nullable(
      Type.Integer({ description: "Until then, the old secret signs as well." }),
    ),
  },
  { title: "WebhookEndpoint" },
);
export type WebhookEndpoint = Static<typeof WebhookEndpoint>;

/** An endpoint with its secret, as creation and rolling answer it. */
export const WebhookEndpointWithSecret = Type.Composite(
  [
    WebhookEndpoint,
    Type.Object({
      secret: Type.String({ description: "`whsec_` and base64. Shown only in this answer." }),
    }),
  ],
  { title: "WebhookEndpointWithSecret" },
);

/** Body of the creation. */
export const NewWebhookEndpoint = Type.Object(
  {
    url: Url,
    enabledEvents: Type.Optional(EnabledEvents),
    description: Type.Optional(Nullable(Type.String({ maxLength: 500 }))),
    status: Type.Optional(Status),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false, title: "NewWebhookEndpoint" },
);
export type NewWebhookEndpoint = Static<typeof NewWebhookEndpoint>;

/** Body of a change: only what it names changes. */
export const WebhookEndpointChange = Type.Object(
  {
    url: Type.Optional(Url),
    enabledEvents: Type.Optional(EnabledEvents),
    description: Type.Optional(Nullable(Type.String({ maxLength: 500 }))),
    status: Type.Optional(Status),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false, minProperties: 1, title: "WebhookEndpointChange" },
);
export type WebhookEndpointChange = Static<typeof WebhookEndpointChange>;

/** Path of one endpoint. */
export const EndpointParams = Type.Object(
  { id: Type.String({ pattern: idPattern("webhookEndpoint") }) },
  { additionalProperties: false },
);

/** One delivery of an event to an endpoint. */
export const WebhookDelivery = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("webhook_delivery"),
    endpoint: Type.String(),
    event: Type.String({ description: "Id of the event, sent as `webhook-id` by every attempt." }),
    objectId: Type.String(),
    sequence: Type.Integer(),
    status: Type.Union([
      Type.Literal("pending"),
      Type.Literal("delivered"),
      Type.Literal("failed"),
    ]),
    attempts: Type.Integer(),
    created: Type.Integer({ description: "Unix seconds." }),
    lastAttempt: Nullable(Type.Integer()),
    nextAttempt: Nullable(Type.Integer()),
    responseStatus: Nullable(Type.Integer()),
    responseBody: Nullable(Type.String({ description: "First 1,000 bytes of the answer." })),
    error: Nullable(Type.String()),
    durationMs: Nullable(Type.Integer()),
  },
  { title: "WebhookDelivery" },
);
export type WebhookDelivery = Static<typeof WebhookDelivery>;
