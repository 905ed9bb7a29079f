/** Before a week is declared: who would lose his place, and what he would get. Then it is declared, or not. */

import { useQuery } from "@tanstack/react-query";

import { answered, api, type Schemas } from "../api/client";
import { ApiError } from "../api/errors";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { once, useDone } from "../forms/act";
import { FormDialog } from "../forms/FormDialog";
import { label, useWords, type Same } from "../i18n";
import { saying } from "../kit/toast";
import { kitWords } from "../kit/words";
import { full, hm } from "../lib/format";
import { dayTitle } from "./days";
import { faultIn, type Line } from "./week";
import { depotWords } from "./words";

type Booking = Pick<Schemas["BookingShown"], "id" | "account_no" | "state" | "from_at" | "to_at">;

interface Props {
  depot: string;
  monday: string;
  lines: readonly (Line & { version: number })[];
  onClose: () => void;
  onSaved: () => void;
}

export function SaveWeek({ depot, monday, lines, onClose, onSaved }: Props): React.JSX.Element {
  const texts = useWords(depotWords);
  const kit = useWords(kitWords);
  const me = useMe();
  const done = useDone("week", "standings");
  const { data, error } = useQuery({
    queryKey: ["preview", depot, JSON.stringify(lines)],
    queryFn: () => answered(api.POST("/api/v1/capacity/preview", { body: { depot, lines: [...lines] } })),
    retry: false,
    staleTime: 0,
  });
  const declares = may(me, "capacity.declare");
  return (
    <FormDialog
      title={texts.effect}
      fields={declares ? [{ name: "reason", label: texts.reason, kind: "line", required: data?.reason_needed === true, most: 200 }] : []}
      confirm={declares ? texts.confirm : kit.close}
      onClose={onClose}
      onSend={async ({ reason }, key) => {
        if (!declares) return;
        const body = { lines: [...lines], reason: String(reason ?? "") };
        await answered(api.PUT("/api/v1/depots/{depot}/declarations/{week}", { params: { path: { depot, week: monday }, header: once(key) }, body }));
        done(texts.saved);
        onSaved();
      }}
      above={error !== null ? <p role="alert">✖ {toldAtItsCell(error, lines, texts)}</p> : data === undefined ? <p role="status">{kit.working}</p> : <Victims victims={data.victims} needed={data.reason_needed} />}
    />
  );
}

function toldAtItsCell(error: unknown, lines: Props["lines"], texts: Same<(typeof depotWords)["zh"]>): string {
  const fault = error instanceof ApiError ? faultIn(lines, error.field, error.message) : null;
  if (fault === null) return saying(error);
  const { date, half, kind, area_class } = fault.line;
  const where = [dayTitle(date), label(names.Half, half), label(names.VisitKind, kind), label(names.VisitArea, area_class)].join(" ");
  return `${fault.part === "teams" ? texts.cellTeams(where) : texts.cellVisits(where)}:${fault.wrong}`;
}

function Victims({ victims, needed }: { victims: readonly { before: Booking; after: Booking }[]; needed: boolean }): React.JSX.Element {
  const texts = useWords(depotWords);
  if (victims.length === 0) return <p>✓ {texts.noVictims}</p>;
  return (
    <div className="stack">
      <p role="alert">
        {texts.victims(victims.length)}
        {needed ? `;${texts.reasonNeeded}` : ""}
      </p>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.victim}</th>
            <th scope="col">{texts.before}</th>
            <th scope="col">{texts.after}</th>
          </tr>
        </thead>
        <tbody>
          {victims.map(({ before, after }) => (
            <tr key={before.id}>
              <td>{before.account_no}</td>
              <td>{windowOf(before)}</td>
              <td>{after.state === "reoffered" ? `▲ ${texts.reoffered}` : `${texts.moved} ${windowOf(after)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function windowOf(window: { from_at: string; to_at: string }): string {
  return `${full(window.from_at).slice(5, 16)}–${hm(window.to_at)}`;
}
