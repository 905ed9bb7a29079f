/** Beside the map: the counters of the moment, what happened last, the course of the selected ticket. */

import { Stage, Symptom } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { Panel } from "../kit/pieces";
import { usePicked } from "../lib/store";
import type { Replay } from "./frame";
import { upTo, type Minutes, type Play } from "./play";
import { clock, type Player } from "./player";
import { replayWords } from "./words";

interface Props {
  day: Replay;
  play: Play;
  player: Player;
  names: ReadonlyMap<string, string>;
  selected: string | null;
  onSelect: (id: string) => void;
}

const COUNTERS: readonly (keyof Minutes)[] = ["reported", "waiting", "working", "late", "crews", "restored"];
const SHOWN = 40; // events before the moment

export function Side(props: Props): React.JSX.Element {
  return (
    <div className="replay-side">
      <Counters play={props.play} player={props.player} />
      <Events {...props} />
      <Course {...props} />
    </div>
  );
}

function Counters({ play, player }: Pick<Props, "play" | "player">): React.JSX.Element {
  const texts = useWords(replayWords);
  const minute = usePicked(player.state, ({ second }) => Math.floor(second / 60));
  return (
    <dl className="replay-counters">
      {COUNTERS.map((each) => {
        const n = play.minutes[each][minute] ?? 0;
        const bad = each === "late" && n > 0;
        return (
          <div key={each} className={bad ? "bad" : ""}>
            <dt>{texts.counters[each]}</dt>
            <dd data-counter={each}>
              {bad ? "✖ " : ""}
              {n.toLocaleString("zh-CN")}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function Events({ day, play, player, names, onSelect }: Props): React.JSX.Element {
  const texts = useWords(replayWords);
  const { events } = play;
  const end = usePicked(player.state, ({ second }) => upTo(events.at, second));
  const begin = Math.max(0, end - SHOWN);
  const places = Array.from({ length: end - begin }, (_, n) => end - 1 - n);
  return (
    <Panel title={texts.events} className="replay-panel">
      <ol className="grow scroll replay-events" tabIndex={0} aria-label={texts.events}>
        {places.map((place) => {
          const ticket = day.tickets[events.ticket[place] ?? 0];
          const step = ticket?.steps[events.step[place] ?? 0];
          if (ticket === undefined || step === undefined) return null;
          return (
            <li key={place}>
              <button type="button" className="replay-event" onClick={() => onSelect(ticket.id)}>
                <span>{clock(step[0], true)}</span> <strong>{label(Stage, step[1])}</strong> {names.get(ticket.area) ?? ticket.area} {label(Symptom, ticket.symptom)}
              </button>
            </li>
          );
        })}
      </ol>
      {end === 0 ? <p className="soft">{texts.noEvents}</p> : null}
    </Panel>
  );
}

function Course({ day, player, names, selected }: Props): React.JSX.Element {
  const texts = useWords(replayWords);
  const ticket = selected === null ? undefined : day.tickets.find(({ id }) => id === selected);
  const second = usePicked(player.state, (state) => Math.floor(state.second / 60) * 60 + 59);
  if (ticket === undefined) {
    return (
      <Panel title={texts.ticket} className="replay-panel">
        <p className="soft">{texts.pick}</p>
      </Panel>
    );
  }
  return (
    <Panel title={`${ticket.no} ${label(Symptom, ticket.symptom)}`} aside={<a href={`#/tickets/${ticket.id}`}>{texts.open}</a>} className="replay-panel">
      <div className="grow scroll" tabIndex={0} role="region" aria-label={texts.ticket}>
        <p>{names.get(ticket.area) ?? ticket.area}</p>
        {ticket.missed === null ? null : <p className="wrong">{texts.missed(clock(ticket.missed))}</p>}
        <ol className="replay-steps">
          {ticket.steps.map(([at, stage], n) => (
            <li key={n} className={at > second ? "soft" : ""}>
              {at > second ? "○" : "●"} {clock(at, true)} {label(Stage, stage)}
            </li>
          ))}
        </ol>
        {ticket.jobs.length > 0 ? <h3>{texts.jobs}</h3> : null}
        <ul>
          {ticket.jobs.map(([crew, name, sent, arrived, ended]) => (
            <li key={`${crew} ${sent}`}>{texts.job(name, clock(sent), clock(arrived), clock(ended))}</li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}
