/** The body that Finternet's API puts around every object. */
import { type TSchema, Type } from "@sinclair/typebox";

/** Free key-value pairs of the platform. */
export const Metadata = Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), {
  description: "Free data of the platform; returned as it came.",
});

/** Returns the schema of an object in its envelope. */
export const envelopeOf = <Data extends TSchema, Status extends TSchema>(
  object: string,
  status: Status,
  data: Data,
) =>
  Type.Object({
    id: Type.String(),
    object: Type.Literal(object),
    status,
    data,
    metadata: Type.Optional(Type.Unsafe<Record<string, unknown>>(Metadata)),
    created: Type.Integer({ description: "Unix seconds." }),
    updated: Type.Integer({ description: "Unix seconds." }),
  });
