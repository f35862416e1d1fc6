/** `/v1/account/balance` and `/v1/account/ledger-entries`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { listQuery, listOf, pageOf, toList } from "../http/list";
import { formatAmount } from "../money/amount";
import { toSeconds } from "../time/seconds";
import { ENTRY_TYPES, type LedgerEntry } from "./ledger-entry";
import { type CurrencySums, listEntries, sumEntries } from "./store";

const tags = ["Account"];
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const EntryTypeSchema = Type.Unsafe<(typeof ENTRY_TYPES)[number]>(
  Type.String({ enum: [...ENTRY_TYPES] }),
);

const Entry = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("ledger_entry"),
    type: EntryTypeSchema,
    paymentIntentId: Type.String({
      description: "Id of the payment intent, or of the schedule item of a freight payment.",
    }),
    milestoneId: orNull(Type.String()),
    amount: Type.String({ description: "fee + net" }),
    fee: Type.String(),
    net: Type.String(),
    currency: Type.String(),
    destination: orNull(Type.String()),
    policy: orNull(Type.String()),
    transactionHash: orNull(Type.String()),
    slot: orNull(Type.Integer()),
    occurredAt: Type.String({ description: "Unix seconds of the chain." }),
    created: Type.Integer(),
  },
  { title: "LedgerEntry" },
);

const CurrencyBalance = Type.Object({
  currency: Type.String(),
  available: Type.String({ description: "Released to the payee, and not sent to a bank." }),
  reserved: Type.String({ description: "In escrow." }),
  settled: Type.String({ description: "Sent to the settlement destination." }),
  fees: Type.String(),
  refunded: Type.String(),
  total: Type.String({ description: "available + reserved" }),
});

const Balance = Type.Object(
  {
    object: Type.Literal("balance"),
    data: Type.Object({ balances: Type.Array(CurrencyBalance) }),
  },
  { title: "Balance" },
);

/** Routes of the account's money. */
export const ledgerRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    "/account/balance",
    {
      config: { scope: "account:read" },
      schema: {
        operationId: "getBalance",
        tags,
        summary: "Sum the account's money per currency",
        response: { 200: Balance },
      },
    },
    async (request) => {
      const sums = await sumEntries(context.database, callerOf(request));
      return { object: "balance" as const, data: { balances: sums.map(showSums) } };
    },
  );
  app.get(
    "/account/ledger-entries",
    {
      config: { scope: "account:read" },
      schema: {
        operationId: "listLedgerEntries",
        tags,
        summary: "List the account's ledger entries, the newest first",
        querystring: Type.Object(
          {
            ...listQuery("ledgerEntry"),
            paymentIntentId: Type.Optional(Type.String({ maxLength: 64 })),
            type: Type.Optional(EntryTypeSchema),
          },
          { additionalProperties: false },
        ),
        response: { 200: listOf(Entry) },
      },
    },
    async (request) => {
      const { paymentIntentId, type } = request.query;
      const page = pageOf(request.query, "entry_");
      const filter = { intentId: paymentIntentId ?? null, type: type ?? null };
      const entries = await listEntries(context.database, callerOf(request), filter, page);
      return toList(entries, page, showEntry);
    },
  );
  return Promise.resolve();
};

function showEntry(entry: LedgerEntry) {
  const money = (units: bigint): string => formatAmount(units, entry.decimals);
  return {
    id: entry.id,
    object: "ledger_entry" as const,
    type: entry.type,
    paymentIntentId: entry.intentId,
    milestoneId: entry.milestoneId,
    amount: money(entry.amount),
    fee: money(entry.fee),
    net: money(entry.net),
    currency: entry.currency,
    destination: entry.destination,
    policy: entry.policy,
    transactionHash: entry.signature,
    slot: entry.slot,
    occurredAt: entry.occurredAt.toString(),
    created: toSeconds(entry.createdAt),
  };
}

function showSums({ currency, decimals, ...sums }: CurrencySums) {
  const { reserved, released, fees, refunded, settled } = sums;
  const money = (units: bigint): string => formatAmount(units, decimals);
  const available = released - fees - settled;
  const held = reserved - released - refunded;
  return {
    currency,
    available: money(available),
    reserved: money(held),
    settled: money(settled),
    fees: money(fees),
    refunded: money(refunded),
    total: money(available + held),
  };
}
