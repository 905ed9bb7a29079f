/** The top line of every screen: where one is, how old the data are, theme, bell, language, who one is. */

import type { ReactNode } from "react";

import { line } from "../api/live";
import { logOut, useMe } from "../api/session";
import { speak, useWords } from "../i18n";
import { useStore, usePicked } from "../lib/store";
import { useFromSecond } from "../lib/clock";
import { leave } from "../lib/leaving";
import { audible, ringTest } from "../lib/bell";
import { dress, useTheme } from "../theme/theme";
import { useRoute } from "../lib/route";
import { complain } from "../kit/toast";
import { screensOf, firstScreen } from "./screens";
import { language } from "../i18n";
import { shellWords } from "./words";

/** A screen's own part of the top line is given as children. */
export function Head({ children }: { children?: ReactNode }): React.JSX.Element {
  const texts = useWords(shellWords);
  const me = useMe();
  const route = useRoute();
  const here = route.screen || firstScreen(me);
  return (
    <header className="head row no-print">
      <strong className="nowrap">{texts.product}</strong>
      <Age />
      <nav className="row" aria-label={texts.menu}>
        {screensOf(me).map((name) => (
          <a key={name} className="button" href={`#/${name}`} aria-current={name === here ? "page" : undefined}>
            {texts.screens[name]}
          </a>
        ))}
      </nav>
      <div className="grow row">{children}</div>
      <Choices />
    </header>
  );
}

/** The age of the last word of the server. Beyond twelve seconds, or with a broken line, it says so loudly. */
export function Age(): React.JSX.Element {
  const texts = useWords(shellWords);
  const state = usePicked(line, (value) => value.state);
  const text = useFromSecond(() => {
    const { heardMs, brokenMs, lagMs } = line.get();
    const gone = (since: number): string => `${((performance.now() - since) / 1000).toFixed(0)} s`;
    if (state === "connecting") return texts.connecting;
    if (state === "broken") return texts.broken(gone(brokenMs ?? heardMs));
    if (lagMs > 5_000) return texts.lagging(`${(lagMs / 1000).toFixed(0)} s`);
    return texts.live(gone(heardMs));
  });
  const tone = state === "open" ? (text.startsWith("▲") ? "warn" : "ok") : state === "broken" ? "bad" : "plain";
  return (
    <span className={`tag ${tone}`} data-line={state}>
      {text}
    </span>
  );
}

function Choices(): React.JSX.Element {
  const texts = useWords(shellWords);
  const me = useMe();
  const dressed = useTheme();
  const heard = useStore(audible);
  const spoken = useStore(language);
  return (
    <div className="row">
      <button type="button" className={`button ${heard ? "" : "risky"}`} onClick={ringTest}>
        {heard ? texts.bellOn : texts.bell}
      </button>
      <button type="button" className="button" aria-label={`${texts.theme} ${dressed === "dark" ? texts.light : texts.dark}`} onClick={() => dress(dressed === "dark" ? "light" : "dark")}>
        {dressed === "dark" ? texts.light : texts.dark}
      </button>
      <button type="button" className="button" lang={spoken === "zh" ? "en" : "zh-CN"} onClick={() => speak(spoken === "zh" ? "en" : "zh")}>
        {texts.language}
      </button>
      <span className="nowrap">
        {me.account.name} · {spoken === "zh" ? me.role_label : me.account.role.replaceAll("_", " ").toLowerCase()}
      </span>
      <button type="button" className="button" onClick={() => leave(() => void logOut().catch(complain))}>
        {texts.logout}
      </button>
    </div>
  );
}
