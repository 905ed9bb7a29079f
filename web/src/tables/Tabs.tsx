/** The parts of a screen, each with its own address (`#/supervision/orders`). */

import { useWords } from "../i18n";
import { useRoute } from "../lib/route";
import { tableWords } from "./words";

export interface Tab {
  name: string;
  text: string;
  view: () => React.JSX.Element;
  allowed?: boolean;
}

export function Tabs({ screen, tabs }: { screen: string; tabs: readonly Tab[] }): React.JSX.Element {
  const texts = useWords(tableWords);
  const { rest } = useRoute();
  const offered = tabs.filter((tab) => tab.allowed !== false);
  const now = offered.find((tab) => tab.name === rest[0]) ?? offered[0];
  if (now === undefined) return <></>;
  const View = now.view;
  return (
    <main className="screen grow data-main">
      <nav className="row wrap no-print tabs" aria-label={texts.sections}>
        {offered.map((tab) => (
          <a key={tab.name} className="button" href={`#/${screen}/${tab.name}`} aria-current={tab === now ? "page" : undefined}>
            {tab.text}
          </a>
        ))}
      </nav>
      <h1 className="only-read">{now.text}</h1>
      <View key={now.name} />
    </main>
  );
}
