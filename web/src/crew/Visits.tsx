/** The booked visits of today's lists: where, when, and the crew's three words on each; they wait for a line like reports. */

import { useState } from "react";

import { Half, VisitKind, VisitOutcome } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { hm } from "../lib/format";
import { useStore } from "../lib/store";
import { CallSheet, numberOf } from "./CallSheet";
import { MOST, over } from "./checks";
import { useDraft } from "./draft";
import { Text } from "./fields";
import type { CommandItem, Item } from "./items";
import { isTold, isWaiting } from "./items";
import { MapSheet } from "./MapSheet";
import { complain, say } from "./notice";
import { ToldList } from "./Queue";
import { command } from "./sending";
import { duties, outbox, type OwnList } from "./state";
import { Sheet } from "./Sheet";
import { roomWords } from "./roomWords";

type Stop = OwnList["team"]["stops"][number];
type Kind = "visit-arrive" | "visit-finish" | "visit-absent";
const PATHS: Record<Kind, string> = { "visit-arrive": "arrive", "visit-finish": "finish", "visit-absent": "absent" };

function isOf(stop: Stop): (item: Item) => item is CommandItem & { seq: number } {
  return (item): item is CommandItem & { seq: number } => item.sort === "command" && item.subject === stop.booking_id;
}

async function tellVisit(stop: Stop, kind: Kind, body: Readonly<Record<string, unknown>>, already: string): Promise<void> {
  const title = `${label(VisitKind, stop.kind)} ${stop.account_no}`;
  const taken = await command({ kind, path: `/bookings/${stop.booking_id}/${PATHS[kind]}`, subject: stop.booking_id, title }, body);
  if (!taken) say(already, true);
}

function EndSheet({ stop, absent, onClose }: { stop: Stop; absent: boolean; onClose: () => void }): React.JSX.Element {
  const t = useWords(roomWords);
  const { value, change, clear } = useDraft(`visit/${stop.booking_id}`, { text: "", attempts: 1 });
  const [tried, setTried] = useState(false);
  const text = value.text.trim();
  const most = absent ? MOST.absent : MOST.result;
  const act = (): void => {
    setTried(true);
    if ((absent && text === "") || over(text, most) > 0) return;
    const body = absent ? { reason: text, attempts: value.attempts } : { result: text };
    tellVisit(stop, absent ? "visit-absent" : "visit-finish", body, t.already).catch(complain);
    clear();
    onClose();
  };
  return (
    <Sheet title={absent ? t.visitAbsent : t.visitFinish} onClose={onClose}>
      <Text name={`${absent ? t.absentReason : t.visitResult}(${t.noNumbers})`} value={value.text} most={most} rows={3} wrong={tried && absent && text === "" ? t.required : undefined} onChange={(said) => change({ text: said })} />
      {absent ? (
        <label className="check">
          {t.attempts}
          <input type="number" inputMode="numeric" min={1} max={20} value={value.attempts} onChange={(event) => change({ attempts: Math.min(20, Math.max(1, event.target.valueAsNumber || 1)) })} />
        </label>
      ) : null}
      <button type="button" className="big" onClick={act}>
        {t.send}
      </button>
    </Sheet>
  );
}

function StopState({ stop, items }: { stop: Stop; items: readonly CommandItem[] }): React.JSX.Element | null {
  const t = useWords(roomWords);
  if (stop.outcome !== null) return <span className="mark note">{label(VisitOutcome, stop.outcome)}</span>;
  const last = items.filter((item) => item.state !== "told").at(-1);
  if (last === undefined) return null;
  return <span className={`mark ${isWaiting(last) ? "warn" : "info"}`}>{`${t[last.kind]}${isWaiting(last) ? ` · ${t.unsent}` : ""}`}</span>;
}

function StopCard({ stop }: { stop: Stop }): React.JSX.Element {
  const t = useWords(roomWords);
  const items = useStore(outbox).filter(isOf(stop));
  const [open, setOpen] = useState<"call" | "map" | "finish" | "absent" | null>(null);
  const arrived = items.some((item) => item.kind === "visit-arrive");
  const over = stop.outcome !== null || items.some((item) => item.kind !== "visit-arrive" && item.state !== "told");
  const close = (): void => setOpen(null);
  return (
    <li className="card">
      <p className="row between top">
        <span className="row wrap">
          <strong className="what">{label(VisitKind, stop.kind)}</strong>
          {stop.urgent ? <span className="mark bad">{t.urgent}</span> : null}
          <StopState stop={stop} items={items} />
        </span>
        <span className="left calm">{t.promised(hm(stop.from_at), hm(stop.to_at))}</span>
      </p>
      <p className="where">{stop.text || stop.account_no}</p>
      <p className="soft">{`${stop.account_no} · ${t.begins(hm(stop.begins_at))}`}</p>
      <div className="two">
        <button type="button" className="act" onClick={() => setOpen("call")}>
          {t.call}
        </button>
        <button type="button" className="act" onClick={() => setOpen("map")}>
          {t.navigate}
        </button>
      </div>
      {over ? null : (
        <div className="two">
          <button type="button" className="act main" onClick={() => (arrived ? setOpen("finish") : void tellVisit(stop, "visit-arrive", {}, t.already).catch(complain))}>
            {arrived ? t.visitFinish : t.visitArrive}
          </button>
          <button type="button" className="act" onClick={() => setOpen("absent")}>
            {t.visitAbsent}
          </button>
        </div>
      )}
      <ToldList items={items.filter(isTold)} />
      {open === "call" ? <CallSheet id={stop.booking_id} load={numberOf} onClose={close} /> : null}
      {open === "map" ? <MapSheet job={{ lon: stop.lon, lat: stop.lat, address: stop.text }} onClose={close} /> : null}
      {open === "finish" || open === "absent" ? <EndSheet stop={stop} absent={open === "absent"} onClose={close} /> : null}
    </li>
  );
}

export function Visits(): React.JSX.Element {
  const t = useWords(roomWords);
  const { lists } = useStore(duties);
  return (
    <section aria-labelledby="visits">
      <h1 id="visits">{t.visits}</h1>
      {lists.length === 0 ? <p className="empty">{t.noVisits}</p> : null}
      {lists.map((list) => (
        <section key={`${list.depot}/${list.half}/${list.team.team}`} aria-label={label(Half, list.half)}>
          <h2>{`${label(Half, list.half)} · ${list.team.label}`}</h2>
          {list.team.withdrawn === "" ? null : <p className="told">{`▲ ${t.withdrawn(list.team.withdrawn)}`}</p>}
          <ul className="stack">
            {list.team.stops.map((stop) => (
              <StopCard key={stop.booking_id} stop={stop} />
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}
