// Runs a widget's front end without a browser: reads messages from Python as lines of JSON, writes those to Python.
// The document is a stand-in that has just what the front end uses.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

class Element {
  constructor(name) {
    Object.assign(this, { name, children: [], style: {}, attributes: {}, drawn: null });
    this.options = this.children;
  }
  append(...children) { this.children.push(...children); }
  add(option) { this.children.push(option); }
  setAttribute(name, value) { this.attributes[name] = value; }
  get valueAsNumber() { return Number(this.value); }
  getContext() { return { putImageData: (image) => { this.drawn = image; } }; }
}

globalThis.document = { createElement: (name) => new Element(name), activeElement: null };
globalThis.Option = class { constructor(text, value) { Object.assign(this, { text, value: String(value) }); } };
globalThis.ImageData = class {
  constructor(data, width, height) {
    if (data.length !== 4 * width * height) throw new RangeError(`${data.length} bytes for ${width} by ${height}`);
    Object.assign(this, { data, width, height });
  }
};

const [, , script, traits] = process.argv;
const binary = (text) => new DataView(new Uint8Array(Buffer.from(text, "base64")).buffer);
const values = JSON.parse(traits);
values.picture = binary(values.picture);
const send = (message) => console.log(JSON.stringify(message));
const listeners = new Set();
const model = {
  get: (name) => values[name],
  send: (content) => send(content),
  on: (event, listener) => listeners.add(listener),
  off: (event, listener) => listeners.delete(listener),
};

const el = new Element("div");
// as a data: URL, because older versions of node take a file of that name for another kind of script
const source = readFileSync(script).toString("base64");
const widget = (await import(`data:text/javascript;base64,${source}`)).default();
await widget.initialize({ model: Object.create(model) }); // anywidget makes a proxy of the model for each call
listeners.clear(); // those that are the model's, and not a view's
const end = widget.render({ model, el });
const [canvas, controls, problem] = el.children;
const [toggle, position, counter, rate] = controls.children;
const actions = {
  toggle: () => toggle.onclick(),
  position: (value) => { position.value = value; position.oninput(); },
  rate: (value) => { rate.value = String(value); rate.onchange(); },
  key: (value) => {
    let taken = false;
    const target = value.on ? { position, rate, toggle }[value.on] : el;
    el.onkeydown({ key: value.key, target, preventDefault: () => { taken = true; } });
    if (!taken) send({ taken });
  },
  end: () => { end(); send({ listeners: listeners.size }); },
  inspect: () => send({
    size: [canvas.width, canvas.height], pixels: canvas.drawn && Buffer.from(canvas.drawn.data).toString("base64"),
    toggle: toggle.attributes["aria-label"], disabled: toggle.disabled,
    position: Number(position.value), most: position.max, counter: counter.textContent, rate: Number(rate.value),
    problem: problem.textContent ?? "",
  }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { action, value, content, buffers = [] } = JSON.parse(line);
  if (action) actions[action](value);
  else for (const listener of listeners) {
    listener(content, buffers.map(binary));
  }
}
