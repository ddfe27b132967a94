// Looks at what is drawn as a person with weak eyes and one with a screen reader do. `scope` names the pieces that
// are looked at, `keys` are the keys of the console's texts; returns what is wrong, a line each.
const wrong = new Set();
const canvas = document.createElement('canvas');
canvas.width = canvas.height = 1;
const paint = canvas.getContext('2d', { willReadFrequently: true });
const known = new Map();

// Colours come in whatever notation the style has; a canvas knows them all.
function rgba(colour) {
  if (!known.has(colour)) {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
    known.set(colour, [r, g, b, a / 255]);
  }
  return known.get(colour);
}

const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];

function* upwards(element) {
  for (let at = element; at; at = at.parentElement) yield at;
}

function behind(element) {
  const layers = [];
  for (const at of upwards(element)) {
    const layer = rgba(getComputedStyle(at).backgroundColor);
    if (layer[3] > 0) layers.push(layer);
    if (layer[3] > 0.99) break;
  }
  return layers.reduceRight((below, layer) => over(layer, below), rgba('Canvas'));
}

function brightness([r, g, b]) {
  const linear = [r, g, b].map(v => v / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

function contrast(one, other) {
  const [light, dark] = [brightness(one), brightness(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const opacity = element => [...upwards(element)].reduce((all, at) => all * Number(getComputedStyle(at).opacity), 1);

// What only screen readers get is a pixel large.
function isSeen(element) {
  if (!element.checkVisibility({ visibilityProperty: true }) || opacity(element) === 0) return false;
  return ![...upwards(element)].some(at => at.clientWidth <= 1 && at.clientHeight <= 1 && getComputedStyle(at).position === 'absolute');
}

const isScrolled = element => [...upwards(element)].some(at => ['auto', 'scroll'].includes(getComputedStyle(at).overflowX) && !at.matches('.timeline, dialog'));

function nameOf(element) {
  const labelled = (element.getAttribute('aria-labelledby') ?? '').split(' ').map(id => document.getElementById(id)?.innerText ?? '');
  const inside = [...element.querySelectorAll('[alt], [aria-label]')].map(e => e.getAttribute('alt') ?? e.ariaLabel);
  const labels = [...(element.labels ?? [])].map(label => label.innerText);
  return [element.ariaLabel, element.getAttribute('alt'), element.title, element.innerText, ...labelled, ...inside, ...labels]
    .filter(Boolean).join(' ').trim();
}

function words(element) {
  const said = [...element.childNodes].map(node => node.nodeType === Node.TEXT_NODE ? node.data.trim()
    : node.nodeType !== Node.ELEMENT_NODE || node.matches('time, textarea, .bubble__meta, .bubble__do') ? ''
    : node.ariaHidden === 'true' || !node.checkVisibility() ? ''
    : [node.getAttribute('alt'), node.ariaLabel, words(node)].filter(Boolean).join(' '));
  return said.filter(Boolean).join(' ');
}

const pieces = [...document.querySelectorAll(scope)];
if (!pieces.length) wrong.add(`nothing is there: ${scope}`);
for (const piece of pieces) {
  const said = words(piece);
  const add = (what, element) => wrong.add(`${piece.dataset.seq ?? piece.className} (${said.slice(0, 60)}): ${what}`
    + (element ? ` <${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}">` : ''));
  if (!/[\p{L}\p{N}\p{So}]/u.test(said)) add('says nothing');
  for (const odd of said.match(/\bundefined\b|\bnull\b|\bNaN\b|\[object|(?<!\{)\{[a-z_]+\}(?!\})/g) ?? []) add(`says ${odd}`);
  for (const word of said.match(/\b[a-z0-9]+(_[a-z0-9]+)+\b/g) ?? []) if (keys.includes(word)) add(`says the key ${word}`);

  const box = piece.getBoundingClientRect();
  for (const element of [piece, ...piece.querySelectorAll('*')]) {
    if (element instanceof SVGElement || !isSeen(element)) continue;
    const style = getComputedStyle(element);
    if (!element.closest('.bubble__do') && !isScrolled(element)) {
      const place = element.getBoundingClientRect();
      if (place.width && (place.left < box.left - 1 || place.right > box.right + 1)) add('sticks out', element);
      const wide = element !== piece && element.scrollWidth > element.clientWidth + 1 && !style.display.startsWith('inline') && style.display !== 'contents';
      const shortened = style.textOverflow === 'ellipsis' || element.matches('input, select, textarea, .unseen');
      if (wide && element.clientWidth && !shortened) add(style.overflowX === 'visible' ? 'spills over' : 'is cut off', element);
    }
    if (element.matches('img, button, a[href], input, select, textarea, audio, video, summary, [role=button]')
      && element.type !== 'hidden' && !element.closest('[aria-hidden=true]')
      && !(element.matches('audio') && !element.controls) && !nameOf(element)) {
      add('has no name', element);
    }
  }

  const texts = document.createTreeWalker(piece, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!/[\p{L}\p{N}]/u.test(texts.currentNode.data) || !isSeen(element)) continue;
    if (element.closest('svg, option, :disabled, [aria-disabled=true]')) continue;
    const style = getComputedStyle(element);
    const [r, g, b, a] = rgba(style.color);
    const below = behind(element);
    const ratio = contrast(over([r, g, b, a * opacity(element)], below), below);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) add(`contrast ${ratio.toFixed(2)} of “${texts.currentNode.data.trim().slice(0, 30)}”`, element);
  }
}
for (const wide of document.querySelectorAll('html, .timeline')) {
  if (wide.scrollWidth > wide.clientWidth + 1) wrong.add(`${wide.className || 'the page'} scrolls sideways: ${wide.scrollWidth} > ${wide.clientWidth}`);
}
return [...wrong];
