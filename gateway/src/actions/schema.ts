/** Shapes of Solana Actions and of Solana Pay's transaction requests. */
import { type Static, Type } from "@sinclair/typebox";

/** Path of one payment. */
export const ActionParams = Type.Object({ id: Type.String({ maxLength: 64 }) });

/** Query with the secret of one intent. Wallets add parameters of their own. A link's fragment does not reach the gateway. */
export const ActionQuery = Type.Object({
  client_secret: Type.Optional(Type.String({ maxLength: 256 })),
});
export type ActionQuery = Static<typeof ActionQuery>;

/** Body of a wallet that asks for a transaction. Wallets add fields of their own. */
export const AccountBody = Type.Object({ account: Type.String({ maxLength: 64 }) });
export type AccountBody = Static<typeof AccountBody>;

/** Body of a wallet that has sent its transaction. */
export const SentBody = Type.Object({
  account: Type.String({ maxLength: 64 }),
  signature: Type.String({ maxLength: 128 }),
});
export type SentBody = Static<typeof SentBody>;

/** What a wallet shows, and where it asks for the transaction. */
export interface ActionView {
  type: "action" | "completed";
  icon: string;
  title: string;
  description: string;
  label: string;
  disabled?: boolean;
  error?: { message: string };
  links?: { actions: { type: "transaction"; label: string; href: string }[] };
}

/** A transaction for the wallet to sign and send. */
export interface TransactionView {
  type: "transaction";
  /** Base64. */
  transaction: string;
  message: string;
  /** Where the wallet tells that it landed. */
  links: { next: { type: "post"; href: string } };
}
