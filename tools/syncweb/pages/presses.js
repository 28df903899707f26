// SPDX-License-Identifier: MIT
// The page of presses: splits and totals of the run, as they come.
import { byId, confirm, h, setHidden, setText, table } from './dom.js';
import { ApiError, get, post } from './exchange.js';
import { ZoneFormat } from './hub_clock.js';
import { Live } from './live.js';
import { boundText, durationText, splitText } from './words.js';

const SILENT_AFTER_MS = 15_000;
const GATHER_MS = 100;

let state = null;
let format = new ZoneFormat(null);
let heardAt = -Infinity;
let gathering = 0;
let isWanted = false;

const totalText = (press) => (press.total_s == null ? '–' : splitText(press.total_s));
const number = (text) => h('span', { class: 'number' }, text);

function marks(press) {
  return [
    press.too_close && h('span', { class: 'mark', title: 'The error bounds of this press overlap those of another' },
      `too close to call${press.first_place < press.last_place ? `: place ${press.first_place} to ${press.last_place}` : ''}`),
    press.order === 'unknown' && h('span', { class: 'mark', title: 'This press or one next to it has no bound to rely on' }, 'order unknown'),
    press.reliable === false && h('span', { class: 'mark', title: 'The button’s clock was not reliable' }, 'unreliable'),
  ].filter(Boolean).flatMap((mark) => [mark, ' ']);
}

function timeAndBound(press) {
  return h('small', { title: format.date(press.unix * 1000) }, `${format.timeToMs(press.unix * 1000)} `,
    press.uncertainty_s == null ? 'error bound not known' : number(`± ${boundText(press.uncertainty_s)}`));
}

function showLatest(latest) {
  byId('latest').replaceChildren(...(latest ? [h('span', { class: 'clock' }, totalText(latest)),
    h('span', {}, `${latest.sender}, at ${format.full(latest.unix * 1000)} `, ...marks(latest))] : ['No press in this run yet.']));
}

function splitTable(splits) {
  const row = (press) => [
    [h('strong', {}, press.sender), ' ', ...marks(press), timeAndBound(press)],
    number(press.split_s == null ? '–' : splitText(press.split_s)),
    number(totalText(press)),
  ];
  return table('Presses of this run, the latest first', ['Button', 'Split', 'Total'], [...splits].reverse().map(row));
}

function notCounted(presses, lockout) {
  const reasons = {
    repeated: `repeated: less than ${lockout} s after a press of the same button`,
    'before-run': 'before this run: made before it began, and received later',
  };
  return [h('h3', {}, 'Not counted'), h('ul', { class: 'rows', id: 'not-counted' }, [...presses].reverse().map((press) =>
    h('li', {}, h('strong', {}, press.sender), timeAndBound(press), h('span', { class: 'soft' }, reasons[press.why] ?? press.why))))];
}

function show({ splits, not_counted: left, left_out: leftOut, lockout_s: lockout }) {
  showLatest(splits.at(-1));
  if (!splits.length && !left.length) {
    byId('presses').replaceChildren(h('p', {}, 'Presses appear here as soon as a button has sent one.'));
    return;
  }
  const parts = [
    splits.length > 0 && splitTable(splits),
    leftOut > 0 && h('p', {}, `${leftOut} earlier presses of this run are not shown, so there are no totals.`),
    left.length > 0 && notCounted(left, lockout),
    h('p', { class: 'soft' }, `Times are in ${format.zone}${format.isOwn ? ', this phone’s zone' : ''}.`)];
  byId('presses').replaceChildren(...parts.flat().filter(Boolean));
}

// Presses that come together are fetched together.
function refresh() {
  isWanted = true;
  if (gathering) return;
  gathering = setTimeout(async () => {
    isWanted = false;
    try {
      show(await get('/api/presses/splits'));
    } catch {
      isWanted = true;
    }
    gathering = 0;
    if (isWanted) setTimeout(refresh, 2000);
  }, GATHER_MS);
}

const live = new Live({
  heard() { heardAt = performance.now(); },
  event(type, data) {
    if (type === 'press' || type === 'presses-reset') refresh();
    if (type === 'settings') {
      format = new ZoneFormat(data.zone);
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
    state = await get('/api/state');
    heardAt = performance.now();
    format = new ZoneFormat(state.settings.zone);
    setHidden(byId('reset'), !(state.me.may_change || state.me.needs_pin));
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
