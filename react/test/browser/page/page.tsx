/** A small dApp on this package, for the tests in a real browser. It leaves its state on `window` for them to read. */
import { executePayment, prepareTransaction } from "@milepost/sdk";
import { Connection, Keypair, PublicKey } from "@solana/web3.js";
import { StrictMode, useEffect, version } from "react";
import { createRoot } from "react-dom/client";
import {
  MilepostProvider,
  MilestoneTimeline,
  NextActionCard,
  registerWallet,
  type SendRequest,
  TransactionReview,
  useChainTime,
  useCoverage,
  useExplainRelease,
  useNextActions,
  usePolicy,
  useSend,
  useWallets,
  WalletButton,
  WalletProvider,
} from "../../../src/index";
import { TestWallet } from "./test-wallet";

/** What a test gives the page. */
export interface PageOptions {
  url: string;
  wsUrl: string;
  secretKey: number[];
  policy: string;
  genesisHash?: string;
}

/** What the page leaves for a test. */
export interface PageState {
  reactVersion: string;
  policy: ReturnType<typeof usePolicy>;
  send: ReturnType<typeof useSend>;
  wallets: ReturnType<typeof useWallets>;
  wallet: TestWallet;
  /** Starts the release of the current milestone. */
  pay(): void;
  start(request: SendRequest): void;
  /** Does the same with bytes that a gateway built; each outcome is `lost`, `refused` or `sent`. */
  payBy(outcomes: readonly string[]): void;
  /** Totals that were shown, in their order. */
  seenPaid: string[];
  steps: string[];
  unmount(): void;
}

/** A request for bytes that a gateway built. What a submission ends with is given. */
function gatewayRequest(
  address: string,
  wallet: TestWallet,
  outcomes: readonly string[],
): SendRequest {
  let submissions = 0;
  return {
    title: "Pay by the gateway",
    build: async (context) => {
      const instructions = await executePayment(context, { policyPda: new PublicKey(address) });
      const { transaction } = await prepareTransaction(context, instructions);
      return {
        transaction: transaction.serialize(),
        submit: async (signed) => {
          const outcome = outcomes[submissions++];
          Object.assign(wallet, { submissions });
          if (outcome === "refused") throw Object.assign(new Error("No more."), { status: 409 });
          const signature = await context.connection.sendRawTransaction(signed);
          if (outcome === "lost") throw new TypeError("Failed to fetch");
          return { signature };
        },
      };
    },
  };
}

const seenPaid: string[] = [];
const steps: string[] = [];

function Policy({ address, wallet }: { address: string; wallet: TestWallet }) {
  const policy = usePolicy(address);
  const actions = useNextActions(address);
  const release = useExplainRelease(address);
  const coverage = useCoverage(null);
  const time = useChainTime(policy.data?.time);
  const send = useSend();
  const wallets = useWallets();
  const paid = policy.data?.snapshot.policy.totalPaid.toString();
  useEffect(() => {
    if (paid !== undefined && seenPaid.at(-1) !== paid) seenPaid.push(paid);
  }, [paid]);
  useEffect(() => {
    if (steps.at(-1) !== send.state.step) steps.push(send.state.step);
  }, [send.state.step]);
  useEffect(() => {
    const start = (request: SendRequest) => send.start(request);
    const pay = () =>
      start({
        title: "Pay the milestone",
        build: async (context) => ({
          instructions: await executePayment(context, { policyPda: new PublicKey(address) }),
        }),
      });
    const payBy = (outcomes: readonly string[]) => start(gatewayRequest(address, wallet, outcomes));
    const state = {
      reactVersion: version,
      policy,
      send,
      wallets,
      wallet,
      start,
      pay,
      payBy,
      seenPaid,
      steps,
    };
    Object.assign(globalThis, { state: { ...(globalThis as { state?: object }).state, ...state } });
  });
  return (
    <main>
      <p id="policy" data-stale={policy.isStale}>
        {`${policy.status} ${paid ?? ""}`}
      </p>
      <p id="rest">{[release.status, coverage.status, time?.seconds ? "ticking" : ""].join(" ")}</p>
      {policy.data ? <MilestoneTimeline policy={policy.data} /> : null}
      {actions.data ? <NextActionCard actions={actions.data} now={time?.seconds} /> : null}
      <TransactionReview send={send} />
    </main>
  );
}

Object.assign(globalThis, {
  open({ url, wsUrl, secretKey, policy, genesisHash }: PageOptions) {
    const connection = new Connection(url, { commitment: "confirmed", wsEndpoint: wsUrl });
    const wallet = new TestWallet(Keypair.fromSecretKey(Uint8Array.from(secretKey)));
    registerWallet(wallet as never);
    const element = document.body.appendChild(document.createElement("div"));
    const root = createRoot(element);
    root.render(
      <StrictMode>
        <MilepostProvider connection={connection} genesisHash={genesisHash}>
          <WalletProvider>
            <WalletButton />
            <Policy address={policy} wallet={wallet} />
          </WalletProvider>
        </MilepostProvider>
      </StrictMode>,
    );
    Object.assign(globalThis, { state: { unmount: () => root.unmount() } });
  },
});
