// SPDX-License-Identifier: MIT
// Tests of the parts of the page that compute, run in a page of the hub as the body of an async function by
// tests/integration/syncweb_browser_test.py. Returns what was wrong.
const failures = [];
const expect = (what, got, expected) => {
  if (JSON.stringify(got) !== JSON.stringify(expected)) {
    failures.push(`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(expected)}`);
  }
};
const words = await import('/words.js');
const exchange = await import('/exchange.js');
const chart = await import('/chart.js');
const { HubClock, ZoneFormat } = await import('/hub_clock.js');

expect('an age of seconds', words.ageText(35), '35 s ago');
expect('an age of a moment', words.ageText(1), 'just now');
expect('an age of minutes', words.ageText(300), '5 min ago');
expect('an age of hours', words.ageText(12_000), '3 h 20 min ago');
expect('an age of days', words.ageText(3 * 86_400), '3 days ago');

expect('a bound is rounded up', words.boundText(0.01101), '12 ms');
expect('a bound that is a whole number stays', words.boundText(0.012), '12 ms');
expect('a small bound', words.boundText(0.00121), '1.3 ms');
expect('a bound of seconds', words.boundText(1.21), '1.3 s');
expect('a bound of minutes', words.boundText(121), '3 min');

expect('a phone that is ahead', words.differenceText(3.217, 0.0052),
  'This phone is 3.217 s ahead of the hub, give or take 5.2 ms.');
expect('a phone that is behind', words.differenceText(-0.25, 0.03), 'This phone is 250 ms behind the hub, give or take 30 ms.');
expect('a phone within its bound', words.differenceText(-0.004, 0.005), 'This phone and the hub agree within 5.0 ms.');

expect('a phone as a source', words.sourceText('phone:192.168.4.17'), 'the phone 192.168.4.17');
expect('a server of IPv6', words.sourceText('ntp:fd00::1'), 'the time server fd00::1');
expect('a source that is not known', words.sourceText('local clock'), 'local clock');

const apart = 'The two clocks are 2 days apart.';
const asked = (error) => words.questionTexts({ error, message: 'the phone may be wrong', offset_s: -172_800 });
expect('a large step is asked', asked('confirm'), [`${apart} Go on only if this phone is right.`]);
expect('a question of a later hub', asked('odd'), ['The hub asks: the phone may be wrong.', `${apart} Go on only if this phone is right.`]);
expect('the hub’s own time', asked('own-time')[1].includes('makes the hub’s no better'), true);

expect('a split of seconds', words.splitText(4.567), '4.567');
expect('a split of a minute', words.splitText(64.5), '1:04.500');
expect('a split of hours', words.splitText(3661.0004), '1:01:01.000');
expect('a split that rounds up to a minute', words.splitText(59.9996), '1:00.000');

expect('silence comes before all else', words.judge(false, { synchronised: true, reliable: true }), 'away');
expect('an unset hub', words.judge(true, { synchronised: false, reliable: false }), 'unset');
expect('no sntpd', words.judge(true, null), 'silent');

// RFC 5905, section 8: offset = ((t2 - t1) + (t3 - t4)) / 2, delay = (t4 - t1) - (t3 - t2). The hub is 1000 ms
// ahead; the second exchange is symmetric, the first took longer on its way back.
expect('the exchange of the least round trip',
  exchange.best([{ p1: 0, t2: 1002, t3: 1003, p4: 25 }, { p1: 50, t2: 1052, t3: 1054, p4: 56 }]), { delay: 4, offset: 1000 });
expect('a clock that jumped', exchange.isStepped({ anchor: 0, resolution: 0.1 }, { anchor: 40, resolution: 0.1 }, 500), true);
expect('a clock that is steered', exchange.isStepped({ anchor: 0, resolution: 0.1 }, { anchor: 0.2, resolution: 0.1 }, 500), false);

// A phone whose Date is rounded down to 1 ms, and whose monotonic clock began 1234.5678 ms after the epoch.
let mono = 0;
const found = exchange.readAnchor(() => Math.floor(1234.5678 + mono), () => (mono += 0.01));
expect('the anchor is finer than Date', Math.abs(found.anchor - 1234.5678) < 0.03, true);
expect('the resolution is that of the finer clock', found.resolution < 0.02, true);
const coarse = exchange.readAnchor(() => 0, () => (mono += 0.01));
expect('a clock that does not tick is coarse', coarse.resolution, 100);

const clock = new HubClock();
clock.set(1000);
expect('the clock', clock.read(5), 1005);
clock.set(990);
expect('a small correction never goes back', clock.read(10), 1005);
expect('and is made up for', clock.read(20), 1010);
clock.set(-5000);
expect('a large one is shown', clock.read(20), -4980);

const berlin = new ZoneFormat('Europe/Berlin');
const summer = Date.UTC(2026, 6, 1, 22, 5, 9, 87);
expect('the time in summer', berlin.timeToMs(summer), '00:05:09.087');
expect('a time that rounds up to a second', berlin.timeToMs(summer + 912.6), '00:05:10.000');
expect('a clock that does not round up', berlin.time(summer + 912.6), '00:05:09');
expect('the date in the zone', berlin.date(summer), 'Thursday, 2 July 2026');
expect('a zone that no browser knows', new ZoneFormat('Atlantis/Capital').isOwn, true);

expect('a round axis', [0.0013, 0.002, 7, 11].map(chart.roundUp), [0.002, 0.002, 10, 20]);
expect('the chart in words', chart.summary([
  { unix: 0, offset_s: -0.0012, bound_s: 0.004, reliable: true }, { unix: 7200, offset_s: 0.02, bound_s: 0.003, reliable: true }]),
'In the last 2 h what was still to be slewed of the hub’s clock was between −1.2 ms and +20 ms, and the time was right to within 4.0 ms.');
expect('a gap', chart.runs([{ unix: 0 }, { unix: 60 }, { unix: 900 }]).map((run) => run.length), [2, 1]);
return failures;
