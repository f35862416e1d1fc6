/** Shapes of the inbox. */
import { type Static, Type } from "@sinclair/typebox";
import { listQuery } from "../http/list";
import { idPattern } from "../ids/ids";

const TextOrNull = Type.Union([Type.String(), Type.Null()]);

/** The inbox of the platform's own people. */
export const ADMINISTRATORS = "administrators";

export const InboxQuery = Type.Object(
  {
    ...listQuery("notification"),
    person: Type.Optional(
      Type.String({
        maxLength: 64,
        description:
          "Id of a person, or `administrators` for what the platform itself has to do. Required unless `party` is there.",
      }),
    ),
    party: Type.Optional(
      Type.String({
        maxLength: 64,
        description: "Another name of `person`, as the steps have it.",
      }),
    ),
    read: Type.Optional(
      Type.Boolean({
        description: "Only notifications that were read, or only those that were not.",
      }),
    ),
  },
  { additionalProperties: false },
);
export type InboxQuery = Static<typeof InboxQuery>;

export const Notification = Type.Object(
  {
    id: Type.String({ pattern: idPattern("notification") }),
    object: Type.Literal("notification"),
    person: Type.Union([Type.String(), Type.Null()], {
      description: "Id of the person; null for the platform's administrators.",
    }),
    kind: Type.String({ description: "Kind of the notification, such as `review_72h`." }),
    projectId: TextOrNull,
    milestoneId: TextOrNull,
    subject: Type.String(),
    text: Type.String(),
    at: Type.Integer({ description: "Unix seconds by the chain's clock." }),
    created: Type.Integer({ description: "Unix seconds." }),
    read: Type.Union([Type.Integer(), Type.Null()], {
      description: "Unix seconds at which it was marked as read; null: unread.",
    }),
  },
  { title: "Notification" },
);
export type Notification = Static<typeof Notification>;

export const NotificationParams = Type.Object(
  { id: Type.String({ maxLength: 64 }) },
  { additionalProperties: false },
);
