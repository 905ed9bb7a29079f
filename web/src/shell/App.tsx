/** The console: the door, then the screen of the address; one fault of a screen does not take the rest with it. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Component, Suspense, useEffect, useState, type ReactNode } from "react";

import "../api/board";
import { ApiError } from "../api/errors";
import { goLive } from "../api/live";
import { session, whoAmI } from "../api/session";
import { useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { saying, Toasts } from "../kit/toast";
import { useRoute } from "../lib/route";
import { useStore } from "../lib/store";
import { Leaving } from "./Leaving";
import { Login } from "./Login";
import { firstScreen, screensOf, SCREENS, type ScreenName } from "./screens";
import "./shell.css";
import { shellWords } from "./words";

const TRIES = 3;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (tried, error) => tried < TRIES && error instanceof ApiError && error.passing,
      refetchOnWindowFocus: false,
      staleTime: 5_000,
    },
  },
});

export function App(): React.JSX.Element {
  const { me, lost } = useStore(session);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    const ask = (): void => {
      whoAmI().then(() => setFailed(null), (error: unknown) => {
        setFailed(saying(error));
        setTimeout(ask, 2_000);
      });
    };
    ask();
  }, []);
  useEffect(() => {
    if (me) goLive([me.account.area]);
  }, [me]);
  if (me === undefined) return <p className="door" role="status">{failed ?? ""}</p>;
  if (me === null) return <Login again={false} />;
  return (
    <QueryClientProvider client={queries}>
      <Guard>
        <Screen />
      </Guard>
      <Toasts />
      <Leaving />
      {lost ? <Login again /> : null}
    </QueryClientProvider>
  );
}

function Screen(): React.JSX.Element {
  const texts = useWords(shellWords);
  const { me } = useStore(session);
  const { screen } = useRoute();
  if (!me) return <></>;
  const name = screensOf(me).find((each) => each === screen) ?? firstScreen(me);
  const View = name === undefined ? undefined : SCREENS[name]?.view;
  useTitle(name);
  if (View === undefined) return <main className="door">{texts.none}</main>;
  return (
    <Suspense fallback={<p className="door" role="status">…</p>}>
      <View />
    </Suspense>
  );
}

function useTitle(name: ScreenName | undefined): void {
  const texts = useWords(shellWords);
  const title = name === undefined ? texts.title : `${texts.screens[name]} · ${texts.title}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}

class Guard extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null as unknown };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <Failed error={this.state.error} />;
  }
}

function Failed({ error }: { error: unknown }): React.JSX.Element {
  const texts = useWords(shellWords);
  return (
    <main className="door">
      <div className="panel stack" role="alert">
        <h2>{texts.failed}</h2>
        <p>{saying(error)}</p>
        <Button tone="main" onClick={() => location.reload()}>
          {texts.reload}
        </Button>
      </div>
    </main>
  );
}
