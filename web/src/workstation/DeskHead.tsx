/** The workstation's part of the top line: how many wait, are under way, near their end, over; the county's mode. */

import { useMe } from "../api/session";
import { useWords } from "../i18n";
import { percent } from "../lib/format";
import { useStore } from "../lib/store";
import { Head } from "../shell/Head";
import { tally } from "./engine";
import { ModeSwitch } from "./ModeSwitch";
import { tab } from "./Queue";
import { useOnTime } from "./queries";
import { deskWords } from "./words";

export function DeskHead(): React.JSX.Element {
  return (
    <Head>
      <Counters />
      <ModeSwitch />
    </Head>
  );
}

function Counters(): React.JSX.Element {
  const texts = useWords(deskWords);
  const counted = useStore(tally);
  const onTime = useOnTime(useMe().account.area);
  return (
    <div className="row grow counters">
      <Counter name={texts.figures.waiting} n={counted.waiting} tone={counted.waiting > 0 ? "bad" : ""} onClick={() => tab.set("waiting")} />
      <Counter name={texts.figures.moving} n={counted.moving} tone="" onClick={() => tab.set("moving")} />
      <Counter name={`▲ ${texts.figures.soon}`} n={counted.soon} tone={counted.soon > 0 ? "warn" : ""} onClick={() => tab.set("soon")} />
      <Counter name={`✖ ${texts.figures.over}`} n={counted.over} tone={counted.over > 0 ? "bad" : ""} onClick={() => tab.set("soon")} />
      <span className="nowrap counter">
        <span className="soft">{texts.figures.onTime}</span> <b>{percent(onTime)}</b>
      </span>
    </div>
  );
}

function Counter({ name, n, tone, onClick }: { name: string; n: number; tone: string; onClick: () => void }): React.JSX.Element {
  return (
    <button type="button" className="counter nowrap" onClick={onClick}>
      <span className="soft">{name}</span> <b className={tone}>{n}</b>
    </button>
  );
}
