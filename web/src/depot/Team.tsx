/** One team of a list: its people and hours, its stops in order with promise and expected arrival. */

import type { Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { label, useWords } from "../i18n";
import { Button, Panel, Tag } from "../kit/pieces";
import { hm, minutes } from "../lib/format";
import { tableWords } from "../tables/words";
import type { Deciding } from "./Decide";
import { depotWords } from "./words";

type Worklist = Schemas["WorklistShown"];
type TeamShown = Schemas["TeamShown"];
type Act = (doing: Deciding) => void;

export function Team({ list, team, act }: { list: Worklist; team: TeamShown; act: Act }): React.JSX.Element {
  const texts = useWords(depotWords);
  const me = useMe();
  const aside = (
    <span className="row no-print">
      {may(me, "worklist.name") && !list.draft ? <Button aria-label={`${texts.name} ${team.label}`} onClick={() => act({ what: "name", team, title: team.label })}>{texts.name}</Button> : null}
      {may(me, "worklist.change") && !list.draft && team.withdrawn === "" ? <Button tone="risky" aria-label={`${texts.withdraw} ${team.label}`} onClick={() => act({ what: "withdraw", team, title: team.label })}>{texts.withdraw}</Button> : null}
    </span>
  );
  return (
    <Panel title={`${team.label} · ${texts.stops(team.stops.length)}`} aside={aside}>
      <div className="row wrap">
        <span>
          {texts.persons}:{team.persons.join("、") || "—"}
        </span>
        <span className="soft">
          {texts.hours} {hm(team.from_at)}–{hm(team.to_at)} · {texts.home} {hm(team.home_at)}
          {team.crew_id ? ` · ${texts.crew} ${team.crew_id}` : ""}
        </span>
        {team.withdrawn ? <Tag tone="bad">✖ {texts.withdrawn}:{team.withdrawn}</Tag> : null}
        {team.gave_way ? <Tag tone="warn">▲ {texts.gaveWay}</Tag> : null}
        {team.errand && !team.errand.over ? <Tag tone="warn">▲ {texts.errand(team.errand.ticket_no, hm(team.errand.until_at))}</Tag> : null}
      </div>
      {team.stops.length === 0 ? null : <Stops list={list} team={team} act={act} />}
    </Panel>
  );
}

function Stops({ list, team, act }: { list: Worklist; team: TeamShown; act: Act }): React.JSX.Element {
  const texts = useWords(depotWords);
  const table = useWords(tableWords);
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">#</th>
          <th scope="col">{texts.arrives}</th>
          <th scope="col">{texts.ends}</th>
          <th scope="col">{texts.promise}</th>
          <th scope="col">{texts.kind}</th>
          <th scope="col">{texts.customer}</th>
          <th scope="col">{texts.place}</th>
          <th scope="col">{texts.drive}</th>
          <th scope="col">{texts.outcome}</th>
          <th scope="col" className="no-print">{table.actions}</th>
        </tr>
      </thead>
      <tbody>
        {team.stops.map((stop, n) => (
          <tr key={stop.booking_id}>
            <td>{n + 1}</td>
            <td>{hm(stop.arrives_at)}</td>
            <td>{hm(stop.ends_at)}</td>
            <td className="nowrap">
              {hm(stop.from_at)}–{hm(stop.to_at)}
            </td>
            <td>
              {label(names.VisitKind, stop.kind)} {stop.urgent ? <Tag tone="warn">{texts.urgent}</Tag> : null}
            </td>
            <td>{stop.account_no}</td>
            <td>{stop.text || `${stop.lon.toFixed(5)}, ${stop.lat.toFixed(5)}`}</td>
            <td>{minutes(stop.drive_s)} min</td>
            <td>{label(names.VisitOutcome, stop.outcome)}</td>
            <td className="no-print">
              <StopActs list={list} booking={stop.booking_id} title={stop.account_no} act={act} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function StopActs({ list, booking, title, act }: { list: Worklist; booking: string; title: string; act: Act }): React.JSX.Element | null {
  const texts = useWords(depotWords);
  const me = useMe();
  if (list.draft) return may(me, "worklist.pin") ? <Button aria-label={`${texts.pin} ${title}`} onClick={() => act({ what: "pin", booking, title })}>{texts.pin}</Button> : null;
  return may(me, "worklist.change") ? <Button aria-label={`${texts.remove} ${title}`} onClick={() => act({ what: "remove", booking, title })}>{texts.remove}</Button> : null;
}
