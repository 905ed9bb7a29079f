/** ③ What is known before a ticket is made, what to say, and what will be done with the call. */

import { label, useWords } from "../i18n";
import { Served, Verdict } from "../api/labels.gen";
import { Panel, Tag, type TagTone } from "../kit/pieces";
import { hm } from "../lib/format";
import { edit } from "./desk";
import { planOf, plansOf, type Form, type Known, type Plan } from "./form";
import { sentence } from "./saying";
import { seatWords } from "./words";

const TONES: Partial<Record<Known["verdict"], TagTone>> = {
  unknown: "plain",
  arrears: "warn",
  behind_meter: "note",
  notice: "note",
  planned_overrun: "bad",
  known_outage: "warn",
};

interface Props {
  form: Form;
  known: Known | undefined;
  started: boolean;
  said: string | null; // what was to be read out when the last call was sent
  children: React.ReactNode;
}

export function Findings({ form, known, started, said, children }: Props): React.JSX.Element {
  const texts = useWords(seatWords);
  return (
    <Panel title={texts.verdict} className="column">
      <Plans form={form} known={known} />
      {known === undefined ? <p className="soft">{started ? texts.looking : texts.waitingInput}</p> : <Found known={known} />}
      <div className="speech" lang="zh-CN">
        <h3>{texts.say}</h3>
        {said === null ? null : <p>{said}</p>}
        {said === null || started ? <p className={said === null ? "" : "next"}>{sentence(form, known, texts)}</p> : null}
      </div>
      {children}
    </Panel>
  );
}

function Found({ known }: { known: Known }): React.JSX.Element {
  const texts = useWords(seatWords);
  return (
    <div className="stack" data-verdict={known.verdict}>
      <p className="row wrap">
        <Tag tone={TONES[known.verdict] ?? "warn"}>
          {known.verdict === "unknown" ? "" : "▲ "}
          {label(Verdict, known.verdict)}
        </Tag>
        {known.urgent ? <Tag tone="bad">{texts.mustUrgent}</Tag> : null}
        {known.etr_at === null ? null : <Tag>{texts.etr(hm(known.etr_at))}</Tag>}
        {known.served === null ? null : <Tag>{label(Served, known.served)}</Tag>}
        {known.device === null ? null : <Tag tone="warn">▲ {texts.device(known.device)}</Tag>}
      </p>
      {known.place_doubt === null ? null : <p className="wrong">▲ {known.place_doubt}</p>}
      {known.evidence.length === 0 ? null : (
        <ul className="small soft evidence" aria-label={texts.evidence}>
          {known.evidence.map((line) => (
            <li key={line}>· {line}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What the call will become. Joining and answering are proposed, never done by themselves. */
function Plans({ form, known }: { form: Form; known: Known | undefined }): React.JSX.Element {
  const texts = useWords(seatWords);
  const plans = plansOf(form, known);
  const chosen = planOf(form, known);
  const proposed: Plan | undefined = plans[1];
  return (
    <div className={`plan ${proposed === undefined ? "" : "proposal"}`} data-plan={chosen}>
      {proposed === undefined || proposed === "dispatch" ? null : (
        <p>
          <strong>▲ {texts.proposal[proposed]}</strong> → <kbd>F2</kbd>
        </p>
      )}
      <fieldset className="choices">
        <legend className="label">{texts.plan}</legend>
        {plans.map((plan) => (
          <label key={plan} className="choice" data-chosen={plan === chosen}>
            <input type="radio" name="plan" checked={plan === chosen} tabIndex={-1} onChange={() => edit({ plan })} />
            {texts.plans[plan]}
          </label>
        ))}
      </fieldset>
    </div>
  );
}
