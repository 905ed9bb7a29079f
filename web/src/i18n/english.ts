/**
 * What the server's words are called in English, where the value alone would not say it: by their Chinese name, since a
 * value like `lv` means a fault in one table and a customer in another. What is not listed is the value in words. Pure;
 * tested.
 */

const ENGLISH: Readonly<Record<string, string>> = {
  高压故障: "High-voltage fault",
  低压故障: "Low-voltage fault",
  电能质量故障: "Power quality fault",
  计量故障: "Metering fault",
  客户内部故障: "Fault in the customer's installation",
  非电力故障: "Not an electrical fault",
  充电设施故障: "Charger fault",
  低压非居民: "Low-voltage business",
  高压单电源: "High voltage, one supply",
  高压双电源: "High voltage, two supplies",
  居民: "Resident",
  低压表前故障: "Low voltage, before the meter",
  低压表后故障: "Low voltage, behind the meter",
  短信: "SMS",
  语音: "Voice call",
  "95598电话": "Telephone 95598",
  网上国网: "State Grid app",
  12345: "Hotline 12345",
  12398: "Hotline 12398",
  营业厅: "Business hall",
  主动抢修: "Found by ourselves",
};

const BY_VALUE: Readonly<Record<string, string>> = {
  no_power_one: "No power (one household)",
  no_power_many: "No power (several households)",
  no_power_area: "No power (whole area)",
  low_voltage: "Low voltage",
  line_down: "Line down",
  ev_charger: "Charger fault",
  hv_contact: "Low-voltage line touches high voltage",
};

const ACRONYMS = new Set(["SMS", "CTI", "SCADA", "AMI", "ETR", "EV", "HV", "LV", "MV", "SAIDI", "SAIFI", "CAIDI", "ASAI", "GPS", "WGS84", "CGCS2000", "GCJ02", "BD09", "WMTS", "XYZ"]);

/** What a value is called in English; `name`: what it is called in Chinese. */
export function inEnglish(value: string, name: string | undefined): string {
  return (name === undefined ? undefined : ENGLISH[name]) ?? BY_VALUE[value] ?? inWords(value);
}

/** `own_depot` is "Own depot", `NO_FREE_CREW` is "No free crew", `StaleVersion` stays; what is short for something stays so. */
function inWords(value: string): string {
  const text = value
    .split("_")
    .map((word) => (ACRONYMS.has(word.toUpperCase()) ? word.toUpperCase() : word === word.toUpperCase() ? word.toLowerCase() : word))
    .join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
