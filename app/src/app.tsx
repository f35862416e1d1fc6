/** The page's frame and its routes. Every screen is loaded when it is first opened. */
import { type ReactNode, Suspense, useState } from "react";
import { lazyPart } from "./components/lazy-part";
import { Route, Switch, useLocation } from "wouter";
import { Button } from "./components/button";
import { ErrorBoundary } from "./components/error-boundary";
import { Frame } from "./components/frame";
import { Loading } from "./components/spinner";
import { browserStorage } from "./config/browser-storage";
import { ConfigProvider, useConfig } from "./config/config-context";
import type { PageConfig } from "./config/page-config";
import { PROJECT_PATH, ROUTES } from "./config/routes";
import { Home } from "./screens/home/home";

const Settings = lazyPart(() => import("./screens/settings/settings"));
const Policy = lazyPart(() => import("./screens/policy/policy"));
const NotFound = lazyPart(() => import("./screens/not-found/not-found"));
const Create = lazyPart(() => import("./screens/create/create"));
const MyMilestones = lazyPart(() => import("./screens/my-milestones/my-milestones"));
const Project = lazyPart(() => import("./screens/project/project"));
const Mediator = lazyPart(() => import("./screens/mediator/mediator"));

const Checkout = lazyPart(() => import("./screens/checkout/checkout"));
const Operator = lazyPart(() => import("./screens/operator/operator"));

const GatewayScope = lazyPart(() => import("./gateway/gateway-scope"));
const ChainScope = lazyPart(() => import("./wallet/chain-scope"));

/** Renders the page. What needs its settings waits for them. */
export function App({ config }: { config: Promise<PageConfig> }) {
  return (
    <ErrorBoundary>
      <ConfigProvider value={config}>
        <Page />
      </ConfigProvider>
    </ErrorBoundary>
  );
}

/** Screens that work without the chain: they load neither the SDK nor a wallet. */
const PLAIN: readonly string[] = [ROUTES.home, ROUTES.settings];

/** Key under which `@milepost/react` remembers the last wallet. */
const LAST_WALLET = "milepost:wallet";

function Page() {
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const [isAsked, setAsked] = useState(false);
  const isPlain = PLAIN.includes(useLocation()[0]);
  const needsChain = useNeedsChain(isAsked || !isPlain);
  const control = needsChain ? null : (
    <Button kind="primary" onClick={() => setAsked(true)}>
      Connect wallet
    </Button>
  );
  return (
    <Frame wallet={<div ref={setSlot}>{control}</div>}>
      <PlainScreens />
      {needsChain && (
        <ErrorBoundary>
          <Suspense fallback={isPlain ? null : <Loading what="the connection to the chain" />}>
            <ChainScope controlSlot={slot} startsOpen={isAsked}>
              <GatewayRoom>
                <ChainScreens />
              </GatewayRoom>
            </ChainScope>
          </Suspense>
        </ErrorBoundary>
      )}
    </Frame>
  );
}

/** Returns true once a screen or a wallet needs the chain. It stays true, so that a wallet stays connected. */
function useNeedsChain(isWanted: boolean): boolean {
  const [isNeeded, setNeeded] = useState(
    () => browserStorage("localStorage").getItem(LAST_WALLET) !== null,
  );
  const isNow = isNeeded || isWanted;
  if (isNow && !isNeeded) setNeeded(true);
  return isNow;
}

function PlainScreens() {
  const [location] = useLocation();
  if (!PLAIN.includes(location)) return null;
  return (
    <ErrorBoundary key={location}>
      <Suspense fallback={<Loading what="this screen" />}>
        <Switch>
          <Route path={ROUTES.home} component={Home} />
          <Route path={ROUTES.settings} component={Settings} />
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

/** Gives the gateway to the screens where this host is one. It stays mounted between screens, as the session does. */
function GatewayRoom({ children }: { children: ReactNode }) {
  if (!useConfig().hasGateway) return <>{children}</>;
  return (
    <Suspense fallback={<Loading what="the gateway's session" />}>
      <GatewayScope>{children}</GatewayScope>
    </Suspense>
  );
}

/** Screens below a connection. Each has a boundary of its own, so that the next one works when one fails. */
function ChainScreens() {
  const [location] = useLocation();
  const { hasGateway = false } = useConfig();
  if (PLAIN.includes(location)) return null;
  return (
    <ErrorBoundary key={location}>
      <Suspense fallback={<Loading what="this screen" />}>
        <Switch>
          <Route path={ROUTES.create} component={Create} />
          <Route path={ROUTES.milestones} component={MyMilestones} />
          <Route path={PROJECT_PATH} component={Project} />
          <Route path={ROUTES.mediator} component={Mediator} />
          <Route path={ROUTES.policy} component={Policy} />
          {hasGateway && <Route path={ROUTES.checkout} component={Checkout} />}
          {hasGateway && <Route path={ROUTES.operator} component={Operator} />}
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}
