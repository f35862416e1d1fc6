/** Header, navigation and footer around every screen. */
import { type MouseEvent, type ReactNode, Suspense } from "react";
import { Link, useLocation } from "wouter";
import { useConfig } from "../config/config-context";
import { ROUTES } from "../config/routes";
import { Badge } from "./badge";

interface Entry {
  path: string;
  label: string;
}

const ENTRIES: readonly Entry[] = [
  { path: ROUTES.milestones, label: "My milestones" },
  { path: ROUTES.create, label: "Create" },
  { path: ROUTES.mediator, label: "Mediator" },
];
const OF_GATEWAY: readonly Entry[] = [{ path: ROUTES.operator, label: "Operator" }];

interface FrameProps {
  /** Control that connects a wallet. */
  wallet: ReactNode;
  children: ReactNode;
}

/** Renders the frame. Only what depends on the settings waits for them. */
export function Frame({ wallet, children }: FrameProps) {
  return (
    <>
      <a className="skip-link" href="#main" onClick={skipToContent}>
        Skip to content
      </a>
      <header className="frame-header">
        <Link href={ROUTES.home} className="frame-brand">
          <img src="/icon.svg" width="28" height="28" alt="" /> Milepost
        </Link>
        <nav className="frame-nav" aria-label="Main">
          <Entries entries={ENTRIES} />
          <Suspense fallback={null}>
            <GatewayEntries />
          </Suspense>
        </nav>
        <div className="row">
          <Suspense fallback={<Badge>Network</Badge>}>
            <Network />
          </Suspense>
          {wallet}
        </div>
      </header>
      <main id="main" className="frame-main stack" tabIndex={-1}>
        {children}
      </main>
      <footer className="frame-footer">
        <span>Milepost holds no keys. Your wallet signs every payment.</span>
        <Link href={ROUTES.settings}>Network settings</Link>
      </footer>
    </>
  );
}

/** Moves the focus and leaves the address as it is: the fragment of a payment's link is its secret. */
function skipToContent(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Entries({ entries }: { entries: readonly Entry[] }) {
  const [location] = useLocation();
  return entries.map(({ path, label }) => (
    <Link key={path} href={path} aria-current={location === path ? "page" : undefined}>
      {label}
    </Link>
  ));
}

function GatewayEntries() {
  return useConfig().hasGateway ? <Entries entries={OF_GATEWAY} /> : null;
}

/** Names the network, because test money and real money look alike. */
function Network() {
  const { network } = useConfig();
  const isReal = network === "mainnet-beta";
  return (
    <Badge kind={isReal ? "neutral" : "warn"}>
      {isReal ? "Mainnet" : `${network}: test money`}
    </Badge>
  );
}
