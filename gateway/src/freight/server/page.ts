/** Lists of ChainFreight and ChainPay: `skip` and `limit`, with the total beside the page. */
import { type TSchema, Type } from "@sinclair/typebox";

/** Query of every list. */
export const PageQuery = {
  skip: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 10 })),
};

/** Bounds of a page. */
export interface Page {
  skip: number;
  limit: number;
}

/** Returns the page that a query asks for. */
export const pageOf = ({ skip, limit }: Partial<Page>, usual = 10): Page => ({
  skip: skip ?? 0,
  limit: limit ?? usual,
});

/** Returns the schema of a list under its plural. */
export const listUnder = <Name extends string, Item extends TSchema>(name: Name, item: Item) =>
  Type.Object({ total: Type.Integer(), [name]: Type.Array(item) } as {
    total: ReturnType<typeof Type.Integer>;
  } & Record<Name, ReturnType<typeof Type.Array<Item>>>);

/** Id in a path. */
export const IdParam = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** Returns a schema that is null as well. */
export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
