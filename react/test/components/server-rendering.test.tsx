/** Every component on a server, where there is no window. */
import { Connection, Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { renderToString } from "react-dom/server";
import type { ReactNode } from "react";
import {
  AddressText,
  AmountText,
  EvidenceDrop,
  explainProblem,
  MilepostProvider,
  ProblemNotice,
  SplitSlider,
  TimeText,
  TransactionReview,
  usePolicy,
  useSend,
  useWallets,
  WalletButton,
  WalletProvider,
} from "../../src/index";

const connection = new Connection("http://127.0.0.1:1", "confirmed");
const address = Keypair.generate().publicKey.toBase58();
const nothing = () => undefined;

function render(children: ReactNode): string {
  return renderToString(
    <MilepostProvider connection={connection}>
      <WalletProvider>{children}</WalletProvider>
    </MilepostProvider>,
  );
}

describe("server rendering", () => {
  it("renders texts of amounts, times and addresses", () => {
    expect(render(<AmountText amount={1_500_000n} decimals={6} symbol="USDC" />)).to.contain(
      "1.50 USDC",
    );
    const time = render(<TimeText seconds={1_798_761_600} now={1_798_761_540} />);
    expect(time).to.contain('dateTime="2027-01-01T00:00:00.000Z"');
    expect(time).to.contain("1 Jan 2027, 00:00 UTC").and.to.contain("in 1 minute");
    expect(render(<AddressText address={address} />)).to.contain(`title="${address}"`);
  });

  it("renders the button without a wallet, and the empty fields", () => {
    expect(render(<WalletButton />)).to.contain("Connect wallet");
    expect(render(<EvidenceDrop files={[]} onChange={nothing} />)).to.contain('type="file"');
    const fees = { gatewayFeeBps: 100, protocolFeeBps: 50, platformFeeBps: 250 };
    const split = render(
      <SplitSlider
        amount={1_000_001n}
        value={500_000n}
        onChange={nothing}
        fees={fees}
        decimals={6}
      />,
    );
    expect(split).to.contain('data-part="total" data-base-units="1025001"');
    expect(render(<ProblemNotice problem={explainProblem(new Error("x"))} />)).to.contain("alert");
  });

  it("runs every hook and says that a policy is loading", () => {
    function Page() {
      const policy = usePolicy(address);
      const send = useSend();
      const { wallets, connected } = useWallets();
      return (
        <p>
          {policy.status} {send.state.step} {wallets.length} {String(connected)}
          <TransactionReview send={send} />
        </p>
      );
    }
    expect(render(<Page />).replaceAll("<!-- -->", "")).to.equal("<p>loading idle 0 null</p>");
  });
});
