// SPDX-License-Identifier: MIT
// The hub's events, as they come: server-sent events, watched because some phones end a stream without an
// error, and polling where streams do not work. Whatever was missed is fetched by its number; a new run of the
// server, or a gap, asks for the whole state.

const SILENCE_MS = 12000;  // the server says something at least every 5 s
const POLL_MS = 3000;
const RETRY_MS = 2000;
const STREAM_AGAIN_MS = 30000;
const TYPES = ['status', 'sources', 'clients', 'activity', 'hub', 'history', 'press', 'presses-reset', 'settings'];

export class Live {
  #stream = null;
  #failures = 0;
  #timer = 0;
  #watch = 0;
  #polledSince = 0;

  // `on` has event(type, data), reload() and heard().
  constructor(on) {
    this.on = on;
    this.run = null;
    this.last = 0;
    const wake = () => { if (!document.hidden) this.#restart(); };
    document.addEventListener('visibilitychange', wake);
    window.addEventListener('pageshow', (event) => { if (event.persisted) wake(); });
    window.addEventListener('online', wake);
  }

  // Begins after the last event in the state that the page shows.
  start(run, last) {
    this.run = run;
    this.last = last;
    this.#restart();
  }

  #restart() {
    if (this.run === null) return this.on.reload();
    this.#close();
    this.#failures = 0;
    this.#open();
  }

  #close() {
    this.#stream?.close();
    this.#stream = null;
    clearTimeout(this.#timer);
    clearTimeout(this.#watch);
  }

  #open() {
    const stream = new EventSource(`/api/events?after=${this.last}`);
    this.#stream = stream;
    const heard = () => {
      clearTimeout(this.#watch);
      this.#watch = setTimeout(() => this.#failed(), SILENCE_MS);
      this.on.heard();
    };
    this.#watch = setTimeout(() => this.#failed(), SILENCE_MS);
    stream.addEventListener('hello', (event) => {
      this.#failures = 0;
      heard();
      this.#check(JSON.parse(event.data).run);
    });
    stream.addEventListener('beat', heard);
    stream.onerror = () => this.#failed();
    for (const type of TYPES) {
      stream.addEventListener(type, (event) => {
        heard();
        this.#take(Number(event.lastEventId), type, JSON.parse(event.data));
      });
    }
  }

  #failed() {
    this.#close();
    ++this.#failures;
    if (this.#failures < 2) {
      this.#timer = setTimeout(() => this.#open(), RETRY_MS);
      return;
    }
    this.#polledSince = performance.now();
    this.#poll();
  }

  async #poll() {
    try {
      const response = await fetch(`/api/events/list?after=${this.last}`, { cache: 'no-store' });
      if (!response.ok) throw new Error();
      const { run, events } = await response.json();
      this.on.heard();
      if (!this.#check(run)) return;
      for (const { number, type, data } of events) this.#take(number, type, data);
    } catch {
      // The page says how old its news are.
    }
    clearTimeout(this.#timer);
    const isTimeForStream = performance.now() - this.#polledSince > STREAM_AGAIN_MS;
    this.#timer = setTimeout(() => (isTimeForStream ? this.#open() : this.#poll()), POLL_MS);
  }

  // Returns whether it is still the run that the page knows.
  #check(run) {
    if (run === this.run) return true;
    this.#lose();
    return false;
  }

  #lose() {
    this.#close();
    this.run = null;
    this.on.reload();
  }

  #take(number, type, data) {
    if (number <= this.last) return;
    if (number > this.last + 1) {
      this.#lose();
      return;
    }
    this.last = number;
    this.on.event(type, data);
  }
}
