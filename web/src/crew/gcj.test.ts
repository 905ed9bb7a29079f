import assert from "node:assert/strict";
import { test } from "node:test";

import { gcj02 } from "./gcj.ts";
import { mapLinks } from "./maps.ts";
import { metres } from "./metres.ts";

const EXPECTED = { lon: 121.05251657635777, lat: 28.172028209741143 }; // of the server's own conversion

test("a point of Zhejiang is shifted as the map programs shift it", () => {
  const shifted = gcj02({ lon: 121.04822, lat: 28.17515 });
  assert.ok(Math.abs(shifted.lon - EXPECTED.lon) < 1e-6 && Math.abs(shifted.lat - EXPECTED.lat) < 1e-6);
});

test("outside China nothing is shifted", () => {
  assert.deepEqual(gcj02({ lon: 2.35, lat: 48.85 }), { lon: 2.35, lat: 48.85 });
});

test("a degree of latitude is 111 km", () => {
  assert.equal(Math.round(metres({ lon: 121, lat: 28 }, { lon: 121, lat: 29 }) / 1000), 111);
});

test("only where it is goes to the map program, in its own system", () => {
  const [amap, baidu, system] = mapLinks({ lon: 121.04822, lat: 28.17515 }, false);
  assert.match(amap?.href ?? "", /^amapuri:\/\/route\/plan\/\?sourceApplication=dispatch&dlat=28\.172028&dlon=121\.052517&dev=0&t=0$/);
  assert.match(baidu?.href ?? "", /coord_type=gcj02/);
  assert.equal(system?.href, "geo:28.175150,121.048220?q=28.175150,121.048220");
});
