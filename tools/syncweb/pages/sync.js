// SPDX-License-Identifier: MIT
// This phone against the hub: measures, shows the difference, and sets the hub by hand or, where the hub lets
// its phones do that, by itself.
import { ApiError, measure, post } from './exchange.js';
import { confirm, h } from './dom.js';
import { boundText, differenceText, offsetText, questionTexts } from './words.js';

const LOOK_EVERY_MS = 60_000;
const SYNC_EVERY_MS = 3_600_000;
const UNRELIABLE_EVERY_MS = 60_000;
const AT_THE_START = 4;  // exchanges, for a quick first time

export class PhoneSync {
  #work = null;
  #lookedAt = -Infinity;
  #syncedAt = -Infinity;
  #failedAt = -Infinity;

  // `on` has distance(ms), difference(text), result(text), zone(answer), busy(flag); `format` returns the ZoneFormat.
  constructor(on, format) {
    this.on = on;
    this.format = format;
  }

  // Called about once a second: does what is due. `may` says what the hub permits and needs.
  async keep({ isAutomatic, isTrusted }) {
    if (this.#work || document.hidden) return;
    const now = performance.now();
    const every = isTrusted ? SYNC_EVERY_MS : UNRELIABLE_EVERY_MS;
    if (isAutomatic && now - Math.max(this.#syncedAt, this.#failedAt) > every) {
      await this.#exclusively(() => this.#send('page'));
    } else if (now - this.#lookedAt > LOOK_EVERY_MS) {
      await this.#exclusively(() => this.#send('look', this.#lookedAt < 0 ? AT_THE_START : undefined));
    }
  }

  // The phone or the page slept, so its clock may have paused.
  wake() { this.#lookedAt = -Infinity; }

  async byHand() {
    this.on.busy(true);
    this.on.result('Measuring…');
    await this.#work;  // a look may be under way
    await this.#exclusively(() => this.#send('hand'));
    this.on.busy(false);
  }

  #exclusively(work) {
    this.#work = work().finally(() => { this.#work = null; });
    return this.#work;
  }

  async #send(by, count) {
    this.#lookedAt = performance.now();
    try {
      const measured = await measure(count);
      this.on.distance(measured.offset);
      const answer = await this.#ask({ ...measured.report, by });
      if (!answer) return;
      this.on.difference(differenceText(answer.offset_s, answer.measured_within_s));
      if (by === 'look') return;
      this.on.zone(answer);
      this.#syncedAt = performance.now();
      this.on.result(this.#success(by, answer));
      // The hub's clock is another one now.
      this.#lookedAt = -Infinity;
    } catch (error) {
      if (by !== 'look') {
        this.#failedAt = performance.now();
        // The hub judges the zone whatever it does with the time.
        this.on.zone(error.answer ?? {});
      }
      if (by === 'hand' || (by === 'page' && error instanceof ApiError)) this.on.result(this.#failure(by, error));
      if (by === 'page' && !(error instanceof ApiError)) this.#failedAt = -Infinity;
    }
  }

  #success(by, answer) {
    return `The hub took the time of this phone${by === 'hand' ? '' : ' by itself'}: it was ${offsetText(answer.offset_s)} ${answer.offset_s > 0 ? 'behind' : 'ahead'}, ` +
      `and is right to within ${boundText(answer.bound_s)}. Its answer: ${answer.message}.`;
  }

  #failure(by, error) {
    if (error instanceof ApiError) {
      return `The hub did not take the time of this phone${by === 'page' ? ' by itself' : ''}: ${error.message}.`;
    }
    return `That did not work: ${error.message || 'the hub does not answer'}. Try again.`;
  }

  // An answer with a token is a question, such as a large step: only a person who has seen both times may say yes.
  async #ask(report) {
    try {
      return await post('/api/timesync/client', report);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.answer.confirm || report.by !== 'hand') throw error;
      if (!(await this.#confirmed(error.answer))) {
        this.on.zone(error.answer);
        this.on.result('The hub’s time was left as it was.');
        return null;
      }
      // The clocks have run on, and the hub may have another question.
      const again = await measure();
      return this.#ask({ ...again.report, by: 'hand', confirm: error.answer.confirm });
    }
  }

  #confirmed(answer) {
    const row = (name, time) => {
      const ms = Date.parse(time);
      return [h('dt', {}, name), h('dd', {}, h('strong', {}, this.format().time(ms)), ' ',
        this.format().date(ms), h('small', {}, time))];
    };
    return confirm('Set the hub to this time?', [
      ...questionTexts(answer).map((text) => h('p', {}, text)),
      h('dl', { class: 'times' }, row('The hub', answer.hub_time), row('This phone', answer.phone_time)),
    ], 'Set the hub');
  }
}
