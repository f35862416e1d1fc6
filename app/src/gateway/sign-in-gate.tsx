/** Shows a screen to the wallet that is signed in, and the way there to everybody else. */
import type { ReactNode } from "react";
import { Button } from "../components/button";
import { Card } from "../components/card";
import { Loading } from "../components/spinner";
import { useConnectDialog } from "../wallet/connect-dialog";
import { useGatewayWallet, useSession } from "./gateway-context";
import { ProblemNotice } from "./problem-notice";

interface SignInGateProps {
  /** What the session is for, as the end of "Sign in to ...". */
  purpose: string;
  children: ReactNode;
}

/** Renders `children` for the session of the connected wallet. */
export function SignInGate({ purpose, children }: SignInGateProps) {
  const { status, session, isOfWallet, problem, signIn, signOut } = useSession();
  const wallet = useGatewayWallet();
  const { open } = useConnectDialog();
  if (status === "loading") return <Loading what="your session" />;
  if (session && isOfWallet && status === "signed-in") {
    return (
      <>
        <ProblemNotice problem={problem} />
        {children}
      </>
    );
  }
  return (
    <Card title={`Sign in to ${purpose}`}>
      <ProblemNotice problem={problem} />
      {wallet ? (
        <>
          <p>
            Your wallet signs a text that names this gateway. The signature sends no transaction and
            costs nothing. The session lasts twelve hours.
          </p>
          <div className="row">
            <Button kind="primary" isBusy={status === "signing-in"} onClick={() => void signIn()}>
              {status === "signing-in" ? "Waiting for your wallet" : "Sign in with your wallet"}
            </Button>
            {session && (
              <Button kind="quiet" onClick={() => void signOut()}>
                Sign out
              </Button>
            )}
          </div>
        </>
      ) : (
        <>
          <p>Connect a wallet first. Connecting signs nothing and costs nothing.</p>
          <div>
            <Button kind="primary" onClick={open}>
              Connect wallet
            </Button>
          </div>
        </>
      )}
    </Card>
  );
}
