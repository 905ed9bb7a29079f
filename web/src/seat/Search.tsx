/** The field of the address with its candidates: typed in 汉字, pinyin, initials or a number, picked by arrows or digits. */

import { useEffect, useId, useState } from "react";

import { label, useWords, type Same } from "../i18n";
import { OtherLevel, OwnKind, PlaceLevel } from "../api/labels.gen";
import { Field, Tag } from "../kit/pieces";
import { saying } from "../kit/toast";
import { composing as isComposing } from "../lib/keys";
import { edit, focus, pick, unpick, within } from "./desk";
import type { County, Form, Place } from "./form";
import { LONGEST_SEARCH, usePlaces, type Found } from "./lookup";
import { searchedAs } from "./numbers";
import { seatWords } from "./words";

const LEVELS: Readonly<Record<string, string>> = { ...PlaceLevel, ...OwnKind, ...OtherLevel };

type Option = { kind: "place"; place: Place } | { kind: "county"; county: County };

function optionsOf(found: Found): Option[] {
  const places = found.places.map((place) => ({ kind: "place", place }) as const);
  const counties = found.counties.map((county) => ({ kind: "county", county }) as const);
  return [...places, ...counties].slice(0, LAST);
}

const LAST = 9;

/** Takes an option; a place leads on to the house number, a county back to what lies in it. */
function take(option: Option): void {
  if (option.kind === "county") {
    within({ code: option.county.code, name: option.county.name });
    focus("place");
  } else {
    pick(option.place);
    focus(option.place.level === "account" || option.place.level === "meter" ? "kind" : "detail");
  }
}

interface Choosing {
  active: number;
  pressed: (event: React.KeyboardEvent<HTMLInputElement>) => void;
}

/** Which option is marked, and what the keys do with it. Digits pick only after an arrow: a house number is no choice. */
function useChoosing(form: Form, options: readonly Option[], searching: boolean): Choosing {
  const [active, setActive] = useState(0);
  const [moved, setMoved] = useState(false);
  const [eager, setEager] = useState(false);
  useEffect(() => {
    setActive(0);
    setMoved(false);
    setEager(false);
  }, [form.query, form.county]);
  useEffect(() => {
    if (!eager || searching) return;
    setEager(false);
    const [only] = options;
    if (options.length === 1 && only !== undefined) take(only);
    else if (options.length === 0) focus("kind");
  }, [eager, searching, options]);
  const step = (by: number): void => {
    setMoved(true);
    setActive((held) => Math.min(options.length - 1, Math.max(0, held + by)));
  };
  const enter = (): void => {
    const chosen = options[active];
    if (searching) setEager(true); // who types faster than the line: the only match is taken when it comes
    else if (chosen !== undefined) take(chosen);
    else focus(form.query === "" && form.place !== null ? "detail" : "kind");
  };
  const pressed = (event: React.KeyboardEvent<HTMLInputElement>): void => {
    if (isComposing(event) || event.ctrlKey) return;
    const byDigit = moved && /^[1-9]$/.test(event.key) ? options[Number(event.key) - 1] : undefined;
    if (event.key === "ArrowDown") step(moved || options.length === 1 ? 1 : active === 0 ? 1 : 0);
    else if (event.key === "ArrowUp") step(-1);
    else if (byDigit !== undefined) take(byDigit);
    else if (event.key === "Enter") enter();
    else if (event.key === "Backspace" && form.query === "" && form.place !== null) unpick();
    else return;
    event.preventDefault();
  };
  return { active, pressed };
}

export function Search({ form, wrong }: { form: Form; wrong: string | null }): React.JSX.Element {
  const texts = useWords(seatWords);
  const list = useId();
  const [composing, setComposing] = useState(false);
  const found = usePlaces(form.query, composing, form.county);
  const options = optionsOf(found);
  const { active, pressed } = useChoosing(form, options, found.searching);
  const shown = form.query !== "" && options.length > 0;
  return (
    <>
      <Field label={texts.search} keyName="F3" wrong={wrong}>
        {(props) => (
          <input
            {...props}
            data-seat="place"
            role="combobox"
            aria-expanded={shown}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={shown ? `${list}-${active}` : undefined}
            autoComplete="off"
            spellCheck={false}
            placeholder={form.county === null ? texts.searchHint : texts.within(form.county.name)}
            value={form.query}
            onChange={(event) => edit({ query: event.target.value })}
            onCompositionStart={() => setComposing(true)}
            onCompositionEnd={() => setComposing(false)}
            onKeyDown={pressed}
          />
        )}
      </Field>
      <ul id={list} role="listbox" aria-label={texts.candidates} className="candidates" hidden={!shown}>
        {options.map((option, n) => (
          <li
            key={option.kind === "place" ? `${option.place.level}-${option.place.code}` : option.county.code}
            id={`${list}-${n}`}
            role="option"
            aria-selected={n === active}
            className="candidate"
            onMouseDown={(event) => {
              event.preventDefault();
              take(option);
            }}
          >
            <span className="digit">{n + 1}</span>
            <OptionText option={option} texts={texts} />
          </li>
        ))}
      </ul>
      <Hint form={form} found={found} empty={options.length === 0} texts={texts} />
    </>
  );
}

type Texts = Same<(typeof seatWords)["zh"]>;

function OptionText({ option, texts }: { option: Option; texts: Texts }): React.JSX.Element {
  if (option.kind === "county") return <span className="grow cut">{texts.countyOnly(option.county.name)}</span>;
  const { name, path, level, exact } = option.place;
  return (
    <span className="grow">
      <span className="row between">
        <span className="cut">{name}</span>
        <Tag>{label(LEVELS, level)}</Tag>
      </span>
      <span className="small soft">
        {path === name ? "" : path} {exact ? "" : `· ${texts.approximate}`}
      </span>
    </span>
  );
}

/** What there is to say of the search: how to pick, that nothing was found, that words alone will do. */
function Hint({ form, found, empty, texts }: { form: Form; found: Found; empty: boolean; texts: Texts }): React.JSX.Element {
  const text = ((): string => {
    if (form.query === "") return "";
    if (found.failed !== null && empty) return `${texts.searchFailed}(${saying(found.failed)})`;
    if (searchedAs(form.query) === "nothing") return texts.longNumber;
    if (found.searching) return "…";
    if (empty) return [found.ask ?? texts.noneFound, form.place === null ? texts.wordsOnly : ""].join(" ");
    return texts.listKeys;
  })();
  const cut = [...form.query].length > LONGEST_SEARCH && empty ? texts.wordsOnly : text;
  return (
    <p className="small soft hint" role="status">
      {cut}
    </p>
  );
}
