// SPDX-License-Identifier: MIT
// Makes elements. Text from the hub only ever becomes text, never markup.
import { ageText } from './words.js';

export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export const byId = (id) => document.getElementById(id);

// Writes only what has changed, so that readers and selections are not disturbed.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setHidden(element, isHidden) {
  if (element.hidden !== isHidden) element.hidden = isHidden;
}

// The shapes are symbols in the page: a check, a triangle, an empty ring, a broken ring.
export function shape(name) {
  return svg('svg', { class: 'shape', 'aria-hidden': 'true', viewBox: '0 0 24 24' },
    svg('use', { href: `#shape-${name}` }));
}

// An age that goes on, from the moment that it was heard.
export function age(seconds, heardAt) {
  const born = heardAt - seconds * 1000;
  return h('span', { 'data-born': born }, ageText((performance.now() - born) / 1000));
}

export function refreshAges() {
  const now = performance.now();
  for (const element of document.querySelectorAll('[data-born]')) {
    setText(element, ageText((now - Number(element.dataset.born)) / 1000));
  }
}

export function table(label, heads, rows) {
  return h('table', { 'aria-label': label },
    h('thead', {}, h('tr', {}, heads.map((head) => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, rows.map((cells) =>
      h('tr', {}, cells.map((cell, i) => h(i ? 'td' : 'th', i ? { 'data-head': heads[i] } : { scope: 'row' }, cell))))));
}

// Asks in a dialogue; returns whether the answer was yes.
export function confirm(title, content, yes) {
  return new Promise((resolve) => {
    const dialog = h('dialog', { 'aria-labelledby': 'ask' },
      h('h2', { id: 'ask' }, title), ...content,
      h('form', { method: 'dialog', class: 'buttons' },
        h('button', { value: 'no', class: 'quiet' }, 'Cancel'),
        h('button', { value: 'yes' }, yes)));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
