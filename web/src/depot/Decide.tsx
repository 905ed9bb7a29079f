/** What a person decides about a list: who goes, which team makes a visit, what is taken off or put on. */

import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import { once, useDone } from "../forms/act";
import type { Asked } from "../forms/Ask";
import { FormDialog, type Values } from "../forms/FormDialog";
import { fromLocal, toLocal } from "../forms/times";
import { useWords } from "../i18n";
import { Dialog } from "../kit/Dialog";
import { windowOf } from "./SaveWeek";
import { depotWords } from "./words";

type Worklist = Schemas["WorklistShown"];
export type Deciding =
  | { what: "name" | "withdraw"; team: Schemas["TeamShown"]; title: string }
  | { what: "add" | "remove" | "pin" | "unpin"; booking: string; title: string };

interface Props {
  list: Worklist;
  doing: Deciding;
  onClose: () => void;
}

/** What there is to tell afterwards. */
interface Told {
  displaced: readonly Schemas["DisplacedShown"][];
  price: Schemas["PriceShown"] | null;
}

export function Decide({ list, doing, onClose }: Props): React.JSX.Element {
  const texts = useWords(depotWords);
  const done = useDone("worklist", "notices");
  const [told, setTold] = useState<Told | null>(null);
  const said = { name: texts.named, withdraw: texts.changedList, add: texts.changedList, remove: texts.changedList, pin: texts.pinned, unpin: texts.unpinned };
  const questions = useQuestions(list, doing);
  if (told !== null) return <Aftermath told={told} onClose={onClose} />;
  return (
    <FormDialog
      title={`${texts[doing.what]} ${doing.title}`}
      fields={questions}
      initial={initialOf(doing)}
      risky={doing.what === "withdraw" || doing.what === "remove"}
      onClose={onClose}
      onSend={async (values, key) => {
        const after = await send(list, doing, values, key);
        done(said[doing.what]);
        if (after.displaced.length === 0 && after.price === null) return undefined;
        setTold(after);
        return "stay";
      }}
    />
  );
}

function initialOf(doing: Deciding): Values {
  if (doing.what !== "name") return {};
  const { team } = doing;
  return { persons: team.persons.join("、"), crew_id: team.crew_id ?? "", from_at: toLocal(team.from_at), to_at: toLocal(team.to_at) };
}

function useQuestions(list: Worklist, doing: Deciding): Asked[] {
  const texts = useWords(depotWords);
  const reason: Asked = { name: "reason", label: texts.reason, kind: "line", required: true, most: 200 };
  const teams = list.teams.map((team) => ({ value: team.team, text: team.label }));
  switch (doing.what) {
    case "name":
      return [
        { name: "persons", label: texts.persons, kind: "line", required: true, most: 400, hint: texts.personsHint },
        { name: "crew_id", label: texts.crew, kind: "line", most: 32 },
        { name: "from_at", label: texts.fromAt, kind: "time" },
        { name: "to_at", label: texts.toAt, kind: "time" },
      ];
    case "pin":
      return [{ name: "team", label: texts.team, kind: "one", options: teams, required: true }, reason];
    case "add":
      return [{ name: "team", label: texts.team, kind: "one", options: teams, hint: texts.anyTeam }, reason];
    case "unpin":
      return [];
    default:
      return [reason];
  }
}

const NOTHING: Told = { displaced: [], price: null };

async function send(list: Worklist, doing: Deciding, values: Values, key: string): Promise<Told> {
  const { depot, date, half, version } = list;
  const path = { depot, day: date, half };
  const header = once(key);
  const reason = String(values.reason ?? "");
  const body = { reason, version };
  switch (doing.what) {
    case "name":
      await answered(api.POST("/api/v1/worklists/{depot}/{day}/{half}/names", { params: { path, header }, body: { version, teams: [namedOf(doing.team, values)] } }));
      return NOTHING;
    case "withdraw": {
      const team = doing.team.team.split("/").slice(1).join("-");
      const made = await answered(api.POST("/api/v1/worklists/{depot}/{day}/{half}/teams/{team}/withdraw", { params: { path: { ...path, team }, header }, body }));
      return { displaced: made.displaced, price: null };
    }
    case "remove": {
      const made = await answered(api.POST("/api/v1/worklists/{depot}/{day}/{half}/visits/{booking_id}/remove", { params: { path: { ...path, booking_id: doing.booking }, header }, body }));
      return { displaced: made.displaced, price: null };
    }
    case "add": {
      const team = String(values.team ?? "") || null;
      const made = await answered(api.POST("/api/v1/worklists/{depot}/{day}/{half}/visits/{booking_id}/add", { params: { path: { ...path, booking_id: doing.booking }, header }, body: { ...body, team } }));
      return { displaced: made.displaced, price: null };
    }
    case "pin": {
      const price = await answered(api.POST("/api/v1/worklists/{depot}/{day}/{half}/pins", { params: { path }, body: { booking_id: doing.booking, team: String(values.team), reason } }));
      return { displaced: [], price };
    }
    default:
      await answered(api.DELETE("/api/v1/worklists/{depot}/{day}/{half}/pins/{booking_id}", { params: { path: { ...path, booking_id: doing.booking } } }));
      return NOTHING;
  }
}

function namedOf(team: Schemas["TeamShown"], values: Values): { team: string; persons: string[]; crew_id: string | null; from_at: string | null; to_at: string | null } {
  const persons = String(values.persons ?? "").split(/[、,,\s]+/).filter((name) => name !== "");
  const at = (name: string): string | null => (values[name] ? fromLocal(String(values[name])) : null);
  return { team: team.team, persons, crew_id: String(values.crew_id ?? "") || null, from_at: at("from_at"), to_at: at("to_at") };
}

function Aftermath({ told, onClose }: { told: Told; onClose: () => void }): React.JSX.Element {
  const texts = useWords(depotWords);
  const { price, displaced } = told;
  return (
    <Dialog title={price === null ? texts.displaced : texts.pinned} onClose={onClose}>
      {price === null ? null : (
        <>
          <p>{texts.pinCost(price.extra.toFixed(1))}</p>
          {price.left_out.length === 0 ? null : <p>{texts.pinLeft(price.left_out.length)}</p>}
          <ul>
            {price.left_out.map((left) => (
              <li key={left.booking_id}>{left.sentence}</li>
            ))}
          </ul>
        </>
      )}
      <ul className="stack">
        {displaced.map((one) => (
          <li key={one.booking_id}>
            {one.booking_id.slice(-8)} → {one.depot} {windowOf(one)} {one.has_place ? "" : texts.mustCall}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
