// SPDX-License-Identifier: MIT
// Where the hub is, from this phone, if the person agrees. Browsers tell the place only to secure pages.
import { age, h } from './dom.js';
import { post } from './exchange.js';

const REFUSALS = {
  1: 'This phone did not give its place: it was not allowed to. The browser’s settings for this page change that.',
  2: 'This phone does not know its place at the moment.',
  3: 'This phone did not find its place in time. Outdoors it may.',
};

const find = () => new Promise((resolve, reject) => {
  navigator.geolocation.getCurrentPosition(resolve, reject,
    { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 });
});

async function send(say) {
  say('Asking this phone for its place…');
  try {
    const { coords } = await find();
    await post('/api/place', {
      latitude: coords.latitude, longitude: coords.longitude, accuracy_m: coords.accuracy,
    });
    say('The hub has stored the place.');
  } catch (error) {
    say(REFUSALS[error.code] ?? `The hub did not store the place: ${error.message}.`);
  }
}

const degrees = (value, [positive, negative]) => `${Math.abs(value).toFixed(5)}° ${value < 0 ? negative : positive}`;

function known(place, heardAt) {
  if (!place) return h('p', {}, 'The hub does not know where it is.');
  return h('p', {}, `${degrees(place.latitude, 'NS')}, ${degrees(place.longitude, 'EW')}, to within ` +
    `${Math.ceil(place.accuracy_m)} m. Stored `, age(place.age_s, heardAt), '.');
}

export function placeContent({ settings, me, settingsAt }) {
  const result = h('p', { role: 'status', class: 'result' });
  const content = [known(settings.place, settingsAt)];
  if (!window.isSecureContext) {
    content.push(h('p', {}, 'Browsers tell a phone’s place only to pages that came by HTTPS, and this one did not. ' +
      'The hub’s certificate is its own, so the browser will warn once.'));
    if (me.secure_url) content.push(h('p', {}, h('a', { href: me.secure_url, class: 'button' }, 'Open this page by HTTPS')));
    return content;
  }
  if (!me.may_change) return content;
  const button = h('button', {
    type: 'button',
    class: 'quiet',
    onclick: async () => {
      button.disabled = true;
      await send((text) => { result.textContent = text; });
      button.disabled = false;
    },
  }, 'Share this phone’s place');
  return [...content, h('p', {}, button), result];
}
