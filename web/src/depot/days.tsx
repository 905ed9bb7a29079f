/** Days and weeks: how a day is headed, and which week is looked at. */

import { beginOf, dayAt, mondayOf, plusDays } from "../forms/times";
import { useWords } from "../i18n";
import { Button, Field } from "../kit/pieces";
import { now } from "../lib/clock";
import { depotWords } from "./words";

/** 8/20周三 */
export function dayTitle(day: string): string {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", weekday: "short" });
  return format.format(new Date(beginOf(day)));
}

export function WeekPick({ monday, onChange }: { monday: string; onChange: (monday: string) => void }): React.JSX.Element {
  const texts = useWords(depotWords);
  const own = mondayOf(dayAt(now()));
  return (
    <>
      <Field label={texts.monday}>{(input) => <input {...input} type="date" value={monday} onChange={(event) => event.target.value !== "" && onChange(mondayOf(event.target.value))} />}</Field>
      <Button aria-pressed={monday === own} onClick={() => onChange(own)}>{texts.thisWeek}</Button>
      <Button aria-pressed={monday === plusDays(own, 7)} onClick={() => onChange(plusDays(own, 7))}>{texts.nextWeek}</Button>
    </>
  );
}
