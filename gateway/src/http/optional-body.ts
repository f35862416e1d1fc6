/** Schema of a body that a client may leave out. */
import { type TObject, Type } from "@sinclair/typebox";

/**
 * Returns the schema of a body that may be absent: Fastify validates an absent body as null. The OpenAPI document shows the
 * object alone and says that it is not required.
 * @example
 * schema: { body: optionalBody(Type.Object({ reason: Type.Optional(Type.String()) }, { additionalProperties: false })) }
 */
export const optionalBody = <T extends TObject>(body: T) => Type.Union([body, Type.Null()]);
