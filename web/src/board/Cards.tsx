/** The eight figures on top: what is, what it was yesterday at this time, what it should be. */

import type { Same } from "../i18n";
import { useWords } from "../i18n";
import { percent } from "../lib/format";
import { acceptRate, arriveRate, change, MARK, minutesText, points, toneOf, type Tally, type Tone } from "./figures";
import type { Dashboard } from "./useDashboard";
import { boardWords } from "./words";

export interface Card {
  key: string;
  name: string;
  value: string;
  note: string;
  tone: Tone;
  href?: string;
}

type Texts = Same<typeof boardWords.zh>;

/** The eight cards of a dashboard. */
export function cardsOf({ area, now, before, targets }: Dashboard, texts: Texts): Card[] {
  const compared = (text: string | null): string => (text === null ? texts.notes.noBefore : texts.notes.before(text));
  const rate = (key: "accept" | "arrive", of: (tally: Tally) => number | null): Card => {
    const gained = points(of(now), of(before));
    const target = targets[key];
    const note = [compared(gained === null ? null : texts.units.points(gained)), ...(target === undefined ? [] : [texts.notes.target(percent(target, 0))])];
    return { key, name: texts.figures[key], value: percent(of(now)), note: note.join(" · "), tone: toneOf(of(now)) };
  };
  const span = (key: "arriveMin" | "restoreMin", is: number | null, was: number | null): Card => ({
    key,
    name: texts.figures[key],
    value: is === null ? "—" : texts.units.minutes(minutesText(is)),
    note: compared(change(is, was)),
    tone: "plain",
  });
  return [
    { key: "reported", name: texts.figures.reported, value: count(now.reported), note: compared(change(now.reported, before.reported)), tone: "plain" },
    { key: "open", name: texts.figures.open, value: count(now.open), note: texts.notes.waiting(now.waiting), tone: "plain", href: `#/tickets/of/${area}/open` },
    rate("accept", acceptRate),
    rate("arrive", arriveRate),
    span("arriveMin", now.arrive_min, before.arrive_min),
    span("restoreMin", now.restore_min, before.restore_min),
    { key: "overdue", name: texts.figures.overdue, value: count(now.overdue), note: texts.notes.watched(now.supervised, now.chased), tone: now.overdue > 0 ? "bad" : "ok", href: `#/tickets/of/${area}/overdue` },
    { key: "lent", name: texts.figures.lent, value: texts.units.tickets(count(now.lent)), note: texts.notes.saved(savedText(now.saved_s, texts)), tone: "plain" },
  ];
}

export function count(n: number): string {
  return n.toLocaleString("zh-CN");
}

const LONG_MIN = 600; // beyond it hours are told

export function savedText(seconds: number, texts: Texts): string {
  const minutes = Math.round(seconds / 60);
  return Math.abs(minutes) > LONG_MIN ? texts.units.hours(count(Math.round(minutes / 60))) : texts.units.minutes(count(minutes));
}

export function Cards({ data, links = true }: { data: Dashboard; links?: boolean }): React.JSX.Element {
  const texts = useWords(boardWords);
  return (
    <ul className="board-cards">
      {cardsOf(data, texts).map(({ key, name, value, note, tone, href }) => (
        <li key={key} className={`board-card ${tone}`}>
          <span className="board-name">{href === undefined || !links ? name : <a href={href}>{name}</a>}</span>
          <strong className="board-value" data-figure={key}>
            {MARK[tone]}
            {value}
          </strong>
          <span className="board-note">{note}</span>
        </li>
      ))}
    </ul>
  );
}
