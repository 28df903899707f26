// SPDX-License-Identifier: MIT
// The main page: what the hub says becomes the state, and each section shows its part of it.
import { draw, LONGEST_GAP_S, summary } from './chart.js';
import { age, byId, h, refreshAges, setHidden, setText, shape } from './dom.js';
import { get, post } from './exchange.js';
import { HubClock, ZoneFormat } from './hub_clock.js';
import { Live } from './live.js';
import { placeContent } from './place.js';
import { PhoneSync } from './sync.js';
import { ageText, boundText, durationText, judge, signed, sourceText } from './words.js';

const SILENT_AFTER_MS = 15_000;
const MOST_ACTIVITY = 50;
const MOST_POINTS = 360;

const clock = new HubClock();
let state = null;
let format = new ZoneFormat(null);
let heardAt = -Infinity;  // by performance.now(), as all such
let statusAt = 0;
let hasMeasured = false;
let difference = 'Not measured yet.';

// The sections after the clock and the phone, in their order on the page. Each has content(state), which
// returns elements, or null where there is nothing to show. A camera is to come after the battery clock.
const SECTIONS = [
  { id: 'warnings', title: 'Warnings', on: ['status'], content: warnings },
  { id: 'history', title: 'The last hours', on: ['history'], content: history },
  { id: 'battery', title: 'Battery clock', on: ['status', 'sources'], content: battery },
  { id: 'sources', title: 'Time sources', on: ['sources'], content: sources },
  { id: 'clients', title: 'Devices that ask for the time', on: ['clients'], content: clients },
  { id: 'place', title: 'Place', on: ['settings'], content: placeContent },
  { id: 'activity', title: 'What happened', on: ['activity', 'settings'], content: activity },
];

function warnings({ status }) {
  if (!status?.warnings?.length) return null;
  return [h('ul', { class: 'plain' }, status.warnings.map((text) => h('li', {}, shape('unreliable'), h('span', {}, text))))];
}

function history({ points }) {
  const known = points.filter((p) => Number.isFinite(p.offset_s) && Number.isFinite(p.bound_s));
  if (known.length < 2) return null;
  return [
    draw(known, (ms) => format.time(ms).slice(0, 5)),
    h('p', {}, summary(known)),
    h('p', { class: 'soft' }, 'The line is what was still to be slewed, which is done gradually. The band around it is the bound of the error.'),
  ];
}

function battery({ status, sources: list }) {
  const rtc = status?.rtc;
  if (!rtc) return null;
  const source = list.find((one) => one.source === rtc.source);
  const facts = rtc.chip ? [['Chip', rtc.chip]] : [];
  if (source) facts.push(['State', source.standing_text]);
  if (source?.offset_s != null) facts.push(['Offset', `${signed(source.offset_s)}, to within ${boundText(source.uncertainty_s)}`]);
  if (rtc.frequency_ppm != null) facts.push(['Rate', `${rtc.frequency_ppm < 0 ? 'gains' : 'loses'} ${Math.abs(rtc.frequency_ppm).toFixed(2)} ppm`]);
  if (rtc.temperature_c != null) facts.push(['Temperature', `${rtc.temperature_c.toFixed(1)} °C`]);
  facts.push(['Written', `${rtc.writes} time${rtc.writes === 1 ? '' : 's'} since the hub started`]);
  if (rtc.failures) facts.push(['Failures', String(rtc.failures)]);
  return [
    rtc.trouble && h('p', { class: 'trouble' }, shape('unreliable'), h('span', {}, rtc.trouble)),
    h('dl', { class: 'facts' }, facts.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
  ];
}

function sources({ sources: list, sourcesAt }) {
  if (!list.length) return [h('p', {}, 'The hub has no time source yet.')];
  const row = (one) => h('li', {}, h('strong', {}, one.source),
    one.offset_s != null && h('span', {}, signed(one.offset_s),
      one.uncertainty_s != null && ` ± ${boundText(one.uncertainty_s)}`, one.age_s != null && [' · ', age(one.age_s, sourcesAt)]),
    h('span', { class: 'soft' }, one.standing_text));
  return [h('ul', { class: 'rows' }, list.map(row))];
}

function clients({ clients: list, clientsAt }) {
  if (!list.length) return [h('p', {}, 'No device has asked yet. Devices ask this hub by NTP, UDP port 123.')];
  const row = (one) => h('li', {}, h('strong', {}, one.address), h('span', {}, age(one.last_seen_s, clientsAt)),
    h('span', { class: 'soft' }, `${one.requests} request${one.requests === 1 ? '' : 's'}${one.version == null ? '' : `, NTP version ${one.version}`}`));
  return [h('ul', { class: 'rows' }, list.map(row))];
}

function activity({ activity: lines }) {
  if (!lines.length) return null;
  const row = (line) => {
    const ms = Date.parse(line.time);
    return h('li', {}, h('time', { datetime: line.time }, format.full(ms)), h('span', {}, line.text));
  };
  return [h('ol', { class: 'log', tabindex: '0', 'aria-label': 'What happened, the latest first' }, [...lines].reverse().map(row))];
}

function makeSections() {
  byId('sections').replaceChildren(...SECTIONS.map(({ id, title }) =>
    h('section', { id, 'aria-labelledby': `${id}-title`, hidden: true }, h('h2', { id: `${id}-title` }, title),
      h('div', { class: 'content' }))));
}

function showSections(about) {
  for (const { id, on, content } of SECTIONS) {
    if (about && !on.includes(about)) continue;
    const shown = content(state);
    const element = byId(id);
    if (shown) element.querySelector('.content').replaceChildren(...shown.filter(Boolean));
    setHidden(element, !shown);
  }
}

const STATES = {
  reliable: 'Reliable',
  unreliable: 'Not reliable',
  unset: 'Not set',
  silent: 'The time service does not run',
  away: 'The hub is away',
};

// An unset hub has nothing to compare with, so the person judges this phone's own time.
function showDifference() {
  const own = new ZoneFormat(null);
  const now = Date.now();
  setText(byId('difference'), state?.status?.synchronised === false
    ? `This phone says ${own.time(now).slice(0, 5)} on ${own.date(now)}, in ${own.zone}.` : difference);
}

const isHeard = () => performance.now() - heardAt < SILENT_AFTER_MS;

function quality(verdict) {
  const status = state?.status;
  const ago = ageText((performance.now() - heardAt) / 1000);
  if (verdict === 'away') {
    return `Nothing has been heard of the hub since ${durationText((performance.now() - heardAt) / 1000)}. ` +
      (clock.isSet ? 'This phone’s clock carries its time on. ' : '') + 'Is this phone still in the hub’s Wi-Fi?';
  }
  if (verdict === 'silent') return `The page of the hub answers, but its program for the time (sntpd) does not. Last look ${ago}.`;
  if (verdict === 'unset') {
    return state.me.may_change
      ? 'Nobody has told the hub the time since it started. If this phone is right, press “Sync the hub from this phone”.'
      : 'Nobody has told the hub the time since it started. A phone in its own Wi-Fi can set it.';
  }
  if (status.bound_s == null) return 'This is the island’s own time. How far it is from the world’s is not known.';
  const seconds = status.age_s + (performance.now() - statusAt) / 1000;
  const since = status.age_s == null ? '' : ` Set ${ageText(seconds)} by ${sourceText(status.source)}.`;
  return `Right to within ${boundText(status.bound_s)}.${since}` + (verdict === 'unreliable' ? ' That is too old or too wide to rely on.' : '');
}

function showState() {
  const verdict = state || heardAt > -Infinity ? judge(isHeard(), state?.status) : 'away';
  if (!state && performance.now() < SILENT_AFTER_MS) return;
  const element = byId('state');
  if (element.dataset.state !== verdict) {
    element.dataset.state = verdict;
    document.body.dataset.state = verdict;
    element.replaceChildren(shape(verdict === 'silent' ? 'away' : verdict), STATES[verdict]);
  }
  setText(byId('quality'), quality(verdict));
  showDifference();
  const hasTime = clock.isSet && verdict !== 'unset' && verdict !== 'silent';
  setHidden(byId('when'), !hasTime);
  setHidden(byId('no-time'), hasTime || verdict === 'away');
}

let shownSecond = null;
function showClock() {
  if (!clock.isSet || document.hidden) return;
  const now = clock.read();
  setText(byId('tenth'), `.${Math.floor(now / 100) % 10}`);
  const second = Math.floor(now / 1000);
  if (second === shownSecond) return;
  shownSecond = second;
  setText(byId('time'), format.time(now));
  setText(byId('date'), format.date(now));
  setText(byId('zone'), `${format.zoneName(now)} · ${format.zone}${format.isOwn ? ' (this phone’s zone)' : ''}`);
  setText(byId('utc'), `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} UTC`);
}

function tick() {
  showClock();
  const now = clock.isSet ? clock.read() : performance.now();
  setTimeout(tick, 100 - (now % 100) + 1);
}

function everySecond() {
  showState();
  refreshAges();
  if (!state) return;
  sync.keep({ isAutomatic: state.me.automatic && isHeard(), isTrusted: judge(isHeard(), state.status) === 'reliable' });
}

let isZoneKept = false;
function showZoneAnswer({ zone_message: message, zone_question: isQuestion, zone }) {
  const say = (text) => byId('zone-result').replaceChildren(...(text ? [h('p', {}, text)] : []));
  say(message && `The zone: ${message}.`);
  if (!isQuestion || !mayChange()) return;
  const keep = () => {
    isZoneKept = true;
    say(`The hub keeps the zone ${zone}.`);
  };
  const change = () => post('/api/zone', { zone: 'UTC' })
    .then(() => say('The hub’s zone is UTC now.'), (error) => say(`The hub’s zone was not changed: ${error.message}.`));
  byId('zone-result').append(h('p', {}, 'If this phone’s zone is UTC indeed, the hub’s can be set to it.'),
    h('p', { class: 'buttons' }, h('button', { type: 'button', class: 'quiet', onclick: change }, 'Set the hub’s zone to UTC'),
      h('button', { type: 'button', onclick: keep }, `Keep ${zone}`)));
}

const sync = new PhoneSync({
  distance(ms) {
    hasMeasured = true;
    clock.set(ms);
    showClock();
    showState();
  },
  difference(text) {
    difference = text;
    showDifference();
  },
  result(text) { setText(byId('result'), text); },
  zone(answer) { if (!isZoneKept) showZoneAnswer(answer); },
  busy(isBusy) {
    byId('sync').disabled = isBusy;
    byId('phone').setAttribute('aria-busy', isBusy);
  },
}, () => format);

const TAKERS = {
  status(data) {
    state.status = data;
    statusAt = performance.now();
  },
  sources(data) {
    state.sources = data.sources;
    state.sourcesAt = performance.now();
  },
  clients(data) {
    state.clients = data.clients;
    state.clientsAt = performance.now();
  },
  activity(data) {
    state.activity = [...state.activity, ...data.lines].slice(-MOST_ACTIVITY);
    // A step of the hub's clock: what was measured before is void.
    if (data.lines.some((line) => line.event === 'clock_stepped')) sync.wake();
  },
  hub(data) {
    if (!data.connected) state.status = null;
  },
  history(data) {
    const { unix } = state.points.at(-1) ?? data;
    state.points = [...state.points, data].slice(-MOST_POINTS);
    // After a step of the hub's clock, the earlier points have other times.
    if (data.unix < unix || data.unix > unix + LONGEST_GAP_S) load();
  },
  settings(data) {
    state.settings = data;
    state.settingsAt = performance.now();
    setZone();
  },
};

function setZone() {
  format = new ZoneFormat(state.settings.zone);
  shownSecond = null;
}

const live = new Live({
  heard() { heardAt = performance.now(); },
  event(type, data) {
    if (!TAKERS[type]) return;
    TAKERS[type](data);
    showSections(type === 'hub' ? 'status' : type);
    showState();
  },
  reload: load,
});

let isLoading = false;
async function load() {
  if (isLoading) return;
  isLoading = true;
  try {
    const [got, past] = await Promise.all([get('/api/state'), get('/api/history').catch(() => ({ points: [] }))]);
    heardAt = performance.now();
    const came = (seconds) => heardAt - 1000 * (seconds ?? 0);
    statusAt = came(got.status_came_s);
    state = { ...got, points: past.points, settingsAt: heardAt,
      sourcesAt: came(got.sources_came_s), clientsAt: came(got.clients_came_s) };
    // A first, rough time, until the exchanges have measured it.
    if (got.time && !hasMeasured) clock.set(got.time.unix * 1000 - heardAt);
    setZone();
    showAll();
    isLoading = false;
    live.start(got.run, got.last);
    everySecond();
  } catch {
    isLoading = false;
    setTimeout(load, 3000);
  }
  showState();
}

const isLocked = () => state.me.needs_pin && !state.me.has_session;
const mayChange = () => state.me.may_change && !isLocked();

function showAll() {
  setHidden(byId('pin'), !isLocked());
  setHidden(byId('sync'), !mayChange());
  setHidden(byId('no-right'), state.me.may_change || isLocked());
  setHidden(byId('automatic'), !state.me.automatic);
  showSections(null);
}

byId('sync').addEventListener('click', () => sync.byHand());
for (const [target, name] of [[document, 'visibilitychange'], [window, 'pageshow']]) {
  target.addEventListener(name, () => { if (!document.hidden) sync.wake(); });
}
makeSections();
load();
tick();
setInterval(everySecond, 1000);
