// SPDX-License-Identifier: MIT
// The hub's time as the page shows it: this phone's monotonic clock plus a measured distance. A small
// correction backwards holds the shown time until it is reached again; a large one is shown as it is.

const LARGE_MS = 500;

export class HubClock {
  #distance = null;
  #shown = -Infinity;

  get isSet() { return this.#distance !== null; }

  // The hub's time in Unix milliseconds less performance.now().
  set(distance) {
    if (this.#distance === null || Math.abs(distance - this.#distance) > LARGE_MS) this.#shown = -Infinity;
    this.#distance = distance;
  }

  // Returns Unix milliseconds.
  read(now = performance.now()) {
    this.#shown = Math.max(this.#shown, now + this.#distance);
    return this.#shown;
  }
}

// Formats for people, in the hub's zone where it is known, and in this phone's otherwise.
export class ZoneFormat {
  constructor(zone) {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    try {
      Intl.DateTimeFormat('en-GB', { timeZone: zone ?? own });
      this.zone = zone ?? own;
    } catch {  // this browser does not know that zone
      this.zone = own;
    }
    this.isOwn = this.zone !== zone;
    const format = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: this.zone, ...options });
    this.clock = format({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
    this.day = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
    this.shortDay = format({ day: 'numeric', month: 'short' });
    this.name = format({ timeZoneName: 'long', hour: 'numeric' });
  }

  time(ms) { return this.clock.format(ms); }
  timeToMs(ms) {
    const rounded = Math.round(ms);
    return `${this.time(rounded)}.${String(((rounded % 1000) + 1000) % 1000).padStart(3, '0')}`;
  }
  date(ms) { return this.day.format(ms); }
  zoneName(ms) {
    return this.name.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? this.zone;
  }
  full(ms) { return `${this.shortDay.format(ms)}, ${this.time(ms)}`; }  // "23 Nov, 14:05:09"
}
