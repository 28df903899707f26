// SPDX-License-Identifier: MIT
// The page of presses: splits and totals of the run, as they come.
import { byId, confirm, h, setHidden, setText, table } from './dom.js';
import { ApiError, post } from './exchange.js';
import { ZoneFormat } from './hub_clock.js';
import { Live } from './live.js';
import { boundText, durationText, plainName, splitText } from './words.js';

const SILENT_AFTER_MS = 15_000;
const GATHER_MS = 100;

let state = null;
let format = new ZoneFormat(null);
let heardAt = -Infinity;
let gathering = 0;
let isWanted = false;

async function getJson(path) {
  const response = await fetch(path, { cache: 'no-store' });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

const totalText = (press) => (press.total_s == null ? '–' : splitText(press.total_s));
const number = (text) => h('span', { class: 'number' }, text);

function marks(press) {
  return [
    press.too_close && h('span', { class: 'mark', title: 'The error bounds of this press and the one before overlap' }, 'too close to call'),
    press.order === 'unknown' && press.reliable !== false && h('span', { class: 'mark' }, 'no bound to rely on'),
    press.reliable === false && h('span', { class: 'mark', title: 'The button’s clock was not reliable' }, 'unreliable'),
  ].filter(Boolean).flatMap((mark) => [mark, ' ']);
}

function show({ splits, not_counted: left = [] }) {
  const latest = splits.at(-1);
  if (!latest) {
    byId('latest').replaceChildren('No press in this run yet.');
    byId('presses').replaceChildren(h('p', {}, 'Presses appear here as soon as a button has sent one.'));
    return;
  }
  byId('latest').replaceChildren(h('span', { class: 'clock' }, totalText(latest)),
    h('span', {}, `${latest.sender}, at ${format.full(latest.unix * 1000)} `, ...marks(latest)));
  const row = (press) => [
    [press.sender, ' ', ...marks(press)],
    number(press.split_s == null ? '–' : splitText(press.split_s)),
    number(totalText(press)),
    h('span', { class: 'number', title: format.date(press.unix * 1000) }, format.time(press.unix * 1000, 3)),
    number(press.uncertainty_s == null ? 'not known' : `± ${boundText(press.uncertainty_s)}`),
  ];
  byId('presses').replaceChildren(...[
    table('Presses of this run, the latest first', ['Button', 'Split', 'Total', 'Time', 'Error bound'],
      [...splits].reverse().map(row)),
    left.length > 0 && h('p', {}, `${left.length} more not counted: ${[...new Set(left.map((press) => plainName(press.why)))].join(', ')}.`),
    h('p', { class: 'soft' }, `Times are in ${format.zone}${format.isOwn ? ', this phone’s zone' : ''}.`)].filter(Boolean));
}

// Presses that come together are fetched together.
function refresh() {
  isWanted = true;
  if (gathering) return;
  gathering = setTimeout(async () => {
    isWanted = false;
    try {
      show(await getJson('/api/presses/splits'));
    } catch {
      isWanted = true;
    }
    gathering = 0;
    if (isWanted) setTimeout(refresh, 2000);
  }, GATHER_MS);
}

function showRight() {
  const { me } = state;
  setHidden(byId('reset'), !(me.may_change || me.needs_pin));
}

const live = new Live({
  heard() { heardAt = performance.now(); },
  event(type, data) {
    if (type === 'press' || type === 'presses-reset') refresh();
    if (type === 'settings') {
      format = new ZoneFormat(data.zone ?? state.settings.zone);
      refresh();
    }
  },
  reload: load,
});

let isLoading = false;
async function load() {
  if (isLoading) return;
  isLoading = true;
  try {
    state = await getJson('/api/state');
    heardAt = performance.now();
    format = new ZoneFormat(state.settings?.zone);
    showRight();
    refresh();
    isLoading = false;
    live.start(state.run, state.last);
  } catch {
    isLoading = false;
    setTimeout(load, 3000);
  }
}

async function reset() {
  const { me } = state;
  if (me.needs_pin && !me.has_session) {
    location.href = '/#pin';
    return;
  }
  const isSure = await confirm('Begin a new run?',
    [h('p', {}, 'Splits and totals start at zero for everybody who looks at this page.')], 'Begin');
  if (!isSure) return;
  try {
    await post('/api/presses/reset', {});
    setText(byId('result'), 'A new run has begun.');
    refresh();
  } catch (error) {
    setText(byId('result'), error instanceof ApiError ? `The hub did not begin a new run: ${error.message}.` : 'The hub does not answer. Try again.');
  }
}

byId('reset').addEventListener('click', reset);
setInterval(() => {
  const silence = performance.now() - heardAt;
  // In steps, so that a screen reader is not told each second.
  setText(byId('news'), !state || silence < SILENT_AFTER_MS ? ''
    : `The hub is away: nothing heard for ${silence < 60_000 ? 'some seconds' : durationText(Math.floor(silence / 60_000) * 60)}. New presses are kept by the buttons until it is back.`);
}, 1000);
load();
