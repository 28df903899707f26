// SPDX-License-Identifier: MIT
// Four-stamp exchanges with the hub (RFC 5905, section 8): t1 and t4 are this phone's, t2 and t3 the hub's.
// Stamps are in milliseconds: the monotonic ones of performance.now(), which the phone's wall clock follows at
// a fixed distance, the anchor. The hub computes the bound; the page needs the offset to show the time.

const EXCHANGES = 8;
const PAUSE_MS = 30;
const LONGEST_LOOK_MS = 40;
// A clock that is steered by up to 500 ppm is not stepped.
const STEERING = 500e-6;
const STEP_MS = 5;

// Finds the distance between both clocks of the phone, and how fine it is. Date.now() is rounded down, so the
// largest difference is the one just after it has ticked.
export function readAnchor(date = () => Date.now(), mono = () => performance.now()) {
  let anchor = -Infinity;
  let ticks = 0;
  let dateStep = 100;  // where it does not tick meanwhile, some browsers round to that
  let monoStep = Infinity;
  const start = mono();
  let lastDate = date();
  let lastMono = start;
  while (ticks < 3 && lastMono - start < LONGEST_LOOK_MS) {
    const wall = date();
    const now = mono();
    anchor = Math.max(anchor, wall - now);
    if (wall > lastDate) {
      dateStep = ticks === 0 ? wall - lastDate : Math.min(dateStep, wall - lastDate);
      ++ticks;
    }
    if (now > lastMono) monoStep = Math.min(monoStep, now - lastMono);
    lastDate = wall;
    lastMono = now;
  }
  // Without a tick, the anchor is no finer than the wall clock.
  const resolution = ticks === 0 ? dateStep : Math.min(dateStep, Math.max(monoStep, 0.01));
  return { anchor, resolution };
}

// Returns the exchange of the least round trip, with the offset (hub - phone's monotonic clock).
export function best(exchanges) {
  let found = null;
  for (const x of exchanges) {
    const delay = x.p4 - x.p1 - (x.t3 - x.t2);
    const offset = (x.t2 - x.p1 + (x.t3 - x.p4)) / 2;
    if (!found || delay < found.delay) found = { delay, offset };
  }
  return found;
}

export function isStepped(before, after, elapsedMs) {
  const allowed = STEP_MS + before.resolution + after.resolution + elapsedMs * STEERING;
  return Math.abs(after.anchor - before.anchor) > allowed;
}

// Minutes west of UTC come from Date, as seconds east of it. Standard time is what is the furthest west.
export function zoneFacts(now = new Date()) {
  const east = (date) => -date.getTimezoneOffset() * 60;
  const year = now.getFullYear();
  const standard = Math.min(east(new Date(year, 0, 1)), east(new Date(year, 6, 1)));
  return {
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    utc_offset_s: east(now),
    dst: east(now) !== standard,
  };
}

export class ApiError extends Error {
  constructor(status, answer) {
    super(answer?.message ?? `the hub answered with status ${status}`);
    this.status = status;
    this.answer = answer ?? {};
  }
}

const send = (path, body) => fetch(path, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
  cache: 'no-store',
});

async function read(response) {
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(response.status, answer);
  return answer;
}

export const get = async (path) => read(await fetch(path, { cache: 'no-store' }));
export const post = async (path, body) => read(await send(path, body));

async function exchangeOnce(session) {
  const p1 = performance.now();
  const response = await send('/api/timesync/exchange', session ? { session } : {});
  const p4 = performance.now();
  const answer = await read(response);
  return { ...answer, p1, p4, t2: answer.receive * 1000, t3: answer.transmit * 1000 };
}

// A hidden page is slowed down or frozen, so what it measured then is of no use.
function watchHidden() {
  let wasHidden = document.hidden;
  const note = () => { wasHidden = true; };
  const events = [[document, 'visibilitychange'], [document, 'freeze'], [window, 'pagehide']];
  for (const [target, name] of events) target.addEventListener(name, note);
  return () => {
    for (const [target, name] of events) target.removeEventListener(name, note);
    return wasHidden;
  };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Measures once. Throws where the phone's clock stepped or the page was hidden meanwhile.
export async function measure(count = EXCHANGES) {
  const endWatch = watchHidden();
  const exchanges = [];
  const before = readAnchor();
  try {
    for (let i = 0; i < count; ++i) {
      if (i > 0) await pause(PAUSE_MS);
      exchanges.push(await exchangeOnce(exchanges[0]?.session));
    }
  } finally {
    if (endWatch()) throw new Error('the page was hidden while it measured');
  }
  const after = readAnchor();
  if (isStepped(before, after, performance.now() - exchanges[0].p1)) {
    throw new Error('this phone’s clock jumped while it was measured');
  }
  const anchor = Math.max(before.anchor, after.anchor);
  return {
    ...best(exchanges),
    report: {
      session: exchanges[0].session,
      stamps: exchanges.map((x) => ({ number: x.number, t1: anchor + x.p1, t4: anchor + x.p4 })),
      resolution_ms: Math.max(before.resolution, after.resolution),
      ...zoneFacts(),
    },
  };
}
