/** The seat's part of the top line (clock of the call, the day so far, weather orders) and the line of keys beneath. */

import { useQuery } from "@tanstack/react-query";

import { board } from "../api/board";
import { api, answered } from "../api/client";
import { useWords } from "../i18n";
import { Tag } from "../kit/pieces";
import { useFromSecond } from "../lib/clock";
import { span } from "../lib/format";
import { usePicked, useStore } from "../lib/store";
import { Head } from "../shell/Head";
import { ring } from "./calling";
import { cleared, form, undo } from "./desk";
import { isEmpty } from "./form";
import { useAreas } from "./lookup";
import { masked } from "./numbers";
import { stats } from "./stats";
import { seatWords } from "./words";

const WEATHER_AGAIN_MS = 60_000;

export function SeatHead(): React.JSX.Element {
  const texts = useWords(seatWords);
  const { calls, seconds } = useStore(stats);
  const mean = calls === 0 ? "—" : `${Math.round(seconds / calls)} s`;
  return (
    <Head>
      <CallClock />
      <span className="nowrap" data-today={calls}>
        {texts.today(calls, mean)}
      </span>
      <Weather />
    </Head>
  );
}

/** How long the caller has been on the line, since it rang; without a switchboard, since the first key. */
function CallClock(): React.JSX.Element {
  const texts = useWords(seatWords);
  const { begunMs, hungMs, callRef } = useStore(form);
  const text = useFromSecond((second) => {
    if (begunMs === null) return texts.idle;
    const gone = span(Math.max(0, (hungMs ?? second * 1000) - begunMs) / 1000);
    if (hungMs !== null) return texts.hung(gone);
    return callRef === null ? texts.writing(gone) : texts.taking(gone);
  });
  return <Tag tone={begunMs === null ? "plain" : hungMs === null ? "ok" : "warn"}>{text}</Tag>;
}

function Weather(): React.JSX.Element {
  const texts = useWords(seatWords);
  const areas = useAreas();
  const { data } = useQuery({
    queryKey: ["weather-orders"],
    queryFn: () => answered(api.GET("/api/v1/weather-orders", { params: { query: { in_force: true } } })),
    refetchInterval: WEATHER_AGAIN_MS,
  });
  return (
    <span className="row weather">
      {data?.orders.map((order) => (
        <Tag key={order.id} tone="warn">
          {texts.weather(areas.get(order.area)?.name ?? order.area, order.reason)}
        </Tag>
      ))}
    </span>
  );
}

/** A call that rings while another is still being written down, and what was cleared by mistake. */
export function Notices(): React.JSX.Element {
  const texts = useWords(seatWords);
  const waiting = useStore(ring);
  const lost = useStore(cleared);
  const empty = isEmpty(useStore(form));
  return (
    <div role="status" className="stack notices">
      {waiting === null ? null : <RingNotice phone={waiting.phone} atMs={waiting.atMs} />}
      {lost === null || !empty ? null : (
        <p className="row">
          {texts.clearedToast}
          <button type="button" className="button" onClick={undo}>
            {texts.undo} <kbd>Ctrl+Z</kbd>
          </button>
        </p>
      )}
    </div>
  );
}

function RingNotice({ phone, atMs }: { phone: string; atMs: number }): React.JSX.Element {
  const texts = useWords(seatWords);
  const text = useFromSecond((second) => texts.ringing(masked(phone), span(Math.max(0, second - atMs / 1000))));
  return <p className="ringing">▲ {text}</p>;
}

export function SeatFoot({ sending }: { sending: boolean }): React.JSX.Element {
  const texts = useWords(seatWords);
  const open = usePicked(board, (tickets) => tickets.size);
  const { keys } = texts;
  const names: readonly (readonly [string, string])[] = [
    ["Ctrl+Enter", keys.send], ["F1", keys.phone], ["F2", keys.plan], ["F3", keys.address], ["F4", keys.inner],
    ["F7", keys.relation], ["F8", keys.urgent], ["F9", keys.answers], ["Esc", keys.clear],
  ];
  return (
    <footer className="foot row between no-print">
      <ul className="row wrap" aria-label={texts.keysOf}>
        {names.map(([key, what]) => (
          <li key={key} className="nowrap">
            <kbd>{key}</kbd> {what}
          </li>
        ))}
      </ul>
      <span>{sending ? texts.sending : texts.open(open)}</span>
    </footer>
  );
}
